// SPDX-License-Identifier: Apache-2.0
// OpenSSL on a non-blocking Poco socket: every wait is a poll(2) with the rest of the one deadline,
// so a server that sends a byte a second cannot hold the agent longer than one that sends none.
#include "agent/sync/transport.h"

#include <Poco/Exception.h>
#include <Poco/Net/DNS.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/StreamSocket.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <limits>
#include <utility>

#include "common/crypto/issue.h"
#include "common/crypto/openssl.h"
#include "common/crypto/pinning.h"
#include "common/support/text.h"

namespace muster::agent::sync {
namespace {

using OwnedContext = crypto::Owned<SSL_CTX, SSL_CTX_free>;
using OwnedSsl = crypto::Owned<SSL, SSL_free>;

constexpr int kShortestWaitMs = 1;
constexpr std::size_t kReadBytes = 16 * 1024;

class TlsTransport final : public Transport {
 public:
  TlsTransport(TransportOptions options, const Clock& clock)
      : options_(std::move(options)), clock_(clock) {}
  ~TlsTransport() override { close(); }
  TlsTransport(const TlsTransport&) = delete;
  TlsTransport& operator=(const TlsTransport&) = delete;

  Result<HttpReply> exchange(const HttpRequest& request) override;
  void close() override;
  std::uint64_t sent_bytes() const override { return sent_bytes_; }

 private:
  enum class Direction { kRead, kWrite };

  static int verify(X509_STORE_CTX* store, void* self);
  Result<Done> check_chain(X509_STORE_CTX* store);
  Result<Done> make_context();
  Result<Done> connect();
  Result<Done> shake_hands();
  Result<Done> wait(Direction direction);
  // After an SSL function returned `code`: waits for the socket, or fails.
  Result<Done> wait_for_tls(int code, const char* what);
  std::optional<Failure> expired_for_server(int reason) const;
  Result<Done> write_all(std::string_view bytes);
  Result<HttpReply> read_reply();
  std::string serialize(const HttpRequest& request) const;
  Failure about(FailureKind kind, const std::string& what) const {
    return crypto::plain_failure(kind, options_.server.url() + ": " + what);
  }

  TransportOptions options_;
  const Clock& clock_;
  OwnedContext context_;
  Poco::Net::StreamSocket socket_;
  OwnedSsl ssl_;  // after socket_, so that it is destroyed first
  bool connected_ = false;
  std::int64_t deadline_ms_ = 0;    // boottime
  std::optional<Failure> refusal_;  // the reason why verify() refused
  std::uint64_t sent_bytes_ = 0;
};

Result<Done> TlsTransport::check_chain(X509_STORE_CTX* store) {
  std::vector<std::string> ders;
  STACK_OF(X509)* const sent = X509_STORE_CTX_get0_untrusted(store);
  if (sent == nullptr || sk_X509_num(sent) > static_cast<int>(crypto::kMaxCertificates))
    return Failure{FailureKind::kRefused, "it sent too many certificates"};
  for (int i = 0; i < sk_X509_num(sent); ++i)
    ders.push_back(crypto::der_of(i2d_X509, sk_X509_value(sent, i)));
  const auto chain = crypto::chain_from_der(ders);
  if (!chain) return chain.failure();
  if (!options_.authorities.empty())
    return crypto::verify_server(*chain, options_.authorities, options_.server.host, clock_.now());
  const auto authority =
      crypto::verify_pinned(*chain, options_.pin_sha256_hex, options_.server.host, clock_.now());
  if (!authority) return authority.failure();
  if (options_.on_authority) options_.on_authority(*authority);
  return Done{};
}

// Runs within the handshake, so a server that is not trusted never sees the agent's certificate.
int TlsTransport::verify(X509_STORE_CTX* store, void* self) {
  auto& transport = *static_cast<TlsTransport*>(self);
  const auto checked = transport.check_chain(store);
  if (checked) {
    X509_STORE_CTX_set_error(store, X509_V_OK);
    return 1;
  }
  transport.refusal_ = checked.failure();
  X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
  return 0;
}

Result<Done> TlsTransport::make_context() {
  if (context_) return Done{};
  OwnedContext context(SSL_CTX_new(TLS_client_method()));
  if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1)
    return crypto::openssl_failure(FailureKind::kIo, "TLS 1.3 cannot be set up");
  SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context.get(), &TlsTransport::verify, this);
  if (options_.identity) {
    const Identity& identity = *options_.identity;
    if (SSL_CTX_use_certificate(context.get(), identity.certificate.handle()) != 1 ||
        SSL_CTX_use_PrivateKey(context.get(), identity.key.handle()) != 1 ||
        SSL_CTX_check_private_key(context.get()) != 1) {
      return crypto::openssl_failure(FailureKind::kMalformed,
                                     "the agent's key and certificate do not belong together");
    }
  }
  context_ = std::move(context);
  return Done{};
}

Result<Done> TlsTransport::wait(Direction direction) {
  for (;;) {
    const std::int64_t left_ms = deadline_ms_ - clock_.boottime_ms();
    if (left_ms <= 0) return about(FailureKind::kTimeout, "the server did not answer in time");
    pollfd events[2] = {{socket_.impl()->sockfd(),
                         static_cast<short>(direction == Direction::kRead ? POLLIN : POLLOUT), 0},
                        {options_.cancel_descriptor, POLLIN, 0}};
    const int wait_ms =
        static_cast<int>(std::clamp<std::int64_t>(left_ms, kShortestWaitMs, 60'000));
    const int ready = ::poll(events, 2, wait_ms);
    if (ready < 0 && errno != EINTR)
      return about(FailureKind::kIo, "waiting for the server failed");
    if (ready > 0 && events[1].revents != 0)
      return about(FailureKind::kCancelled, "broken off: the agent was asked to stop");
    if (ready > 0 && events[0].revents != 0) return Done{};
  }
}

Result<Done> TlsTransport::connect() {
  std::vector<Poco::Net::IPAddress> addresses;
  try {
    Poco::Net::IPAddress address;
    if (Poco::Net::IPAddress::tryParse(options_.server.host, address)) {
      addresses.push_back(address);
    } else {
      addresses = Poco::Net::DNS::resolve(options_.server.host).addresses();
    }
  } catch (const Poco::Exception&) {
    return about(FailureKind::kUnreachable,
                 "the name " + options_.server.host + " cannot be resolved: check DNS");
  }
  std::string reason = "it has no address";
  const std::int64_t give_up_ms =
      std::min(deadline_ms_, clock_.boottime_ms() + options_.connect_timeout_ms);
  for (std::size_t i = 0; i < addresses.size() && i < 8; ++i) {
    const std::int64_t left_ms = give_up_ms - clock_.boottime_ms();
    if (left_ms <= 0) break;
    // Each address gets its share of the time: the first of two may never answer.
    const std::int64_t share_ms =
        left_ms / static_cast<std::int64_t>(std::min<std::size_t>(addresses.size() - i, 8));
    try {
      socket_ = Poco::Net::StreamSocket();
      socket_.connect({addresses[i], options_.server.port},
                      Poco::Timespan(std::max<std::int64_t>(share_ms, 100) * 1000));
      socket_.setBlocking(false);
      socket_.setNoDelay(true);
      return Done{};
    } catch (const Poco::Exception& exception) {
      reason = exception.displayText();
    }
  }
  return about(FailureKind::kUnreachable,
               "cannot connect (" + printable(reason) + "): is the server up and the port open?");
}

// For a certificate that the server calls expired and that is valid by this machine's clock: one of
// the two clocks is wrong, and another certificate would be refused, too.
std::optional<Failure> TlsTransport::expired_for_server(int reason) const {
  if (reason != SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED || !options_.identity) return std::nullopt;
  const Instant ends = options_.identity->certificate.fields().not_after;
  if (clock_.now() >= ends) return std::nullopt;
  return about(FailureKind::kWrongClock, "it says that this agent's certificate has expired; by " +
                                             std::string("this machine's clock, which says ") +
                                             to_rfc3339(clock_.now()) + ", it is valid until " +
                                             to_rfc3339(ends));
}

Result<Done> TlsTransport::wait_for_tls(int code, const char* what) {
  switch (SSL_get_error(ssl_.get(), code)) {
    case SSL_ERROR_WANT_READ:
      return wait(Direction::kRead);
    case SSL_ERROR_WANT_WRITE:
      return wait(Direction::kWrite);
    default:
      break;
  }
  if (refusal_) {
    const bool is_clock = refusal_->kind == FailureKind::kWrongClock;
    return about(is_clock ? FailureKind::kWrongClock : FailureKind::kUntrusted,
                 "its certificate is not accepted: " + refusal_->message);
  }
  const unsigned long error = ERR_peek_last_error();
  if (ERR_GET_LIB(error) == ERR_LIB_SSL) {
    if (const auto failure = expired_for_server(ERR_GET_REASON(error))) return *failure;
    return crypto::openssl_failure(FailureKind::kRefused, options_.server.url() + ": " + what);
  }
  return about(FailureKind::kUnreachable, std::string(what) + ": the connection broke");
}

Result<Done> TlsTransport::shake_hands() {
  refusal_.reset();
  ssl_.reset(SSL_new(context_.get()));
  if (!ssl_ || SSL_set_fd(ssl_.get(), socket_.impl()->sockfd()) != 1)
    return crypto::openssl_failure(FailureKind::kIo, "TLS cannot be set up");
  // An address is never sent as a server name (RFC 6066 section 3).
  if (!crypto::is_ip_address(options_.server.host))
    SSL_set_tlsext_host_name(ssl_.get(), options_.server.host.c_str());
  for (;;) {
    ERR_clear_error();
    const int code = SSL_connect(ssl_.get());
    if (code == 1) return Done{};
    if (const auto waited = wait_for_tls(code, "the TLS handshake failed"); !waited)
      return waited.failure();
  }
}

Result<Done> TlsTransport::write_all(std::string_view bytes) {
  while (!bytes.empty()) {
    ERR_clear_error();
    std::size_t written = 0;
    const int code = SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &written);
    if (code == 1) {
      bytes.remove_prefix(written);
      sent_bytes_ += written;
    } else if (const auto waited = wait_for_tls(code, "sending failed"); !waited) {
      return waited.failure();
    }
  }
  return Done{};
}

Result<HttpReply> TlsTransport::read_reply() {
  HttpReplyParser parser;
  std::string buffer(kReadBytes, '\0');
  for (;;) {
    ERR_clear_error();
    std::size_t count = 0;
    const int code = SSL_read_ex(ssl_.get(), buffer.data(), buffer.size(), &count);
    Result<bool> complete = false;
    if (code == 1) {
      complete = parser.feed(std::string_view(buffer).substr(0, count));
    } else if (SSL_get_error(ssl_.get(), code) == SSL_ERROR_ZERO_RETURN) {
      complete = parser.end();
    } else if (const auto waited = wait_for_tls(code, "no answer"); !waited) {
      return waited.failure();
    }
    if (!complete) return about(complete.failure().kind, complete.failure().message);
    if (*complete) return parser.take();
  }
}

std::string TlsTransport::serialize(const HttpRequest& request) const {
  std::string head(request.method);
  head += ' ';
  head += request.path;
  head += " HTTP/1.1\r\nHost: " + options_.server.authority() + "\r\n";
  for (const auto& [name, value] : request.headers) {
    head += name;
    head += ": " + value + "\r\n";
  }
  if (request.method != "GET")
    head += "Content-Length: " + std::to_string(request.body.size()) + "\r\n";
  head += "\r\n";
  return head;
}

Result<HttpReply> TlsTransport::exchange(const HttpRequest& request) {
  deadline_ms_ = clock_.boottime_ms() + options_.total_timeout_ms;
  if (!connected_) {
    if (const auto made = make_context(); !made) return made.failure();
    if (const auto opened = connect(); !opened) return opened.failure();
    if (const auto shaken = shake_hands(); !shaken) {
      close();
      return shaken.failure();
    }
    connected_ = true;
  }
  const std::string head = serialize(request);
  // Head and body in one write, and in one packet if they fit.
  auto sent = head.size() + request.body.size() <= kReadBytes ? write_all(head + request.body)
                                                              : write_all(head);
  if (sent && head.size() + request.body.size() > kReadBytes) sent = write_all(request.body);
  // A server may refuse early: it answers and closes while the body is still being sent. That
  // answer is read and counts.
  auto reply = read_reply();
  if (!reply || !reply->keep_alive || !sent) close();
  if (!reply && !sent) return sent.failure();
  return reply;
}

void TlsTransport::close() {
  if (connected_ && ssl_) SSL_shutdown(ssl_.get());  // sends close_notify, waits for no answer
  ERR_clear_error();
  ssl_.reset();
  socket_ = Poco::Net::StreamSocket();
  connected_ = false;
}

}  // namespace

Result<ServerAddress> ServerAddress::parse(std::string_view url) {
  const auto bad = [&](const std::string& why) {
    return Failure{FailureKind::kMalformed, "the server's address \"" + printable(url) + "\" " +
                                                why +
                                                "; it looks like https://cmdb.example.org:8444"};
  };
  constexpr std::string_view kScheme = "https://";
  if (!url.starts_with(kScheme)) return bad("does not begin with https://");
  std::string_view rest = url.substr(kScheme.size());
  if (rest.ends_with('/')) rest.remove_suffix(1);
  ServerAddress address;
  std::string_view port;
  if (rest.starts_with('[')) {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos) return bad("lacks a ]");
    address.host = rest.substr(1, end - 1);
    port = rest.substr(end + 1);
  } else {
    const std::size_t colon = std::min(rest.find(':'), rest.size());
    address.host = rest.substr(0, colon);
    port = rest.substr(colon);
  }
  if (!crypto::is_ip_address(address.host) && !crypto::is_dns_name(address.host))
    return bad("names no host");
  if (port.empty()) return address;
  const auto number = port.starts_with(':') ? parse_integer(port.substr(1)) : std::nullopt;
  if (!number || *number < 1 || *number > std::numeric_limits<std::uint16_t>::max())
    return bad("has no right port");
  address.port = static_cast<std::uint16_t>(*number);
  return address;
}

std::string ServerAddress::authority() const {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string ServerAddress::url() const {
  return "https://" + authority();
}

std::unique_ptr<Transport> make_transport(TransportOptions options, const Clock& clock) {
  // OpenSSL writes to sockets without MSG_NOSIGNAL: a server that closes would end the program.
  std::signal(SIGPIPE, SIG_IGN);
  return std::make_unique<TlsTransport>(std::move(options), clock);
}

}  // namespace muster::agent::sync
