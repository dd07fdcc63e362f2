// SPDX-License-Identifier: Apache-2.0
// From the first byte to the end of the handshake, and the end. Reading requests is in
// connection_request.cpp, answering them in connection_response.cpp.
#include "server/http/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <stdexcept>

#include "common/support/text.h"
#include "server/http/proxy_protocol.h"

namespace muster::server::http {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr int kDrainMs = 1'000;
constexpr std::size_t kDrainBytes = 4 * 1024 * 1024;
constexpr int kTlsRecordHeaderBytes = 5;
constexpr int kTlsMaxRecordBytes = 16'384;
constexpr unsigned char kTlsHandshakeRecord = 22;

std::string random_prefix() {
  std::random_device device;
  std::string bytes(4, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(device() & 0xff);
  return to_hex(bytes) + '-';
}

// The first bytes of a request in the clear, which are no TLS record (RFC 8446 section 5.1).
bool speaks_plain_http(int fd) {
  constexpr std::array<std::string_view, 7> kMethods = {"GET ",   "HEAD ",   "POST ",   "PUT ",
                                                        "PATCH ", "DELETE ", "OPTIONS "};
  std::array<char, 8> seen{};
  const ssize_t bytes = recv(fd, seen.data(), seen.size(), MSG_PEEK | MSG_DONTWAIT);
  if (bytes <= 0) return false;
  const std::string_view begin(seen.data(), static_cast<std::size_t>(bytes));
  return std::any_of(kMethods.begin(), kMethods.end(),
                     [&](std::string_view method) { return begin.starts_with(method); });
}

std::string key_of(const std::string& address) {
  return limit_key(address);
}

}  // namespace

WakeEvent::WakeEvent() : fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (fd_ < 0) throw std::runtime_error("cannot create an eventfd: too many open files?");
}
WakeEvent::~WakeEvent() {
  close(fd_);
}
// Never read, so it stays readable; it cannot overflow by the few calls of a server's life.
void WakeEvent::set() const {
  (void)eventfd_write(fd_, 1);
}

ConnectionShared::ConnectionShared(ServerOptions options_, HttpServer::Handler handler_,
                                   const Log& log_)
    : options(std::move(options_)),
      handler(std::move(handler_)),
      log(log_),
      trusted_proxies(options.trusted_proxies),
      id_prefix(random_prefix()),
      bodies(options.limits.bodies_bytes) {}

std::string ConnectionShared::next_request_id() {
  return id_prefix + std::to_string(++counts.ids);
}

std::shared_ptr<const TlsContext> ConnectionShared::current_tls() const {
  const std::lock_guard lock(tls_mutex);
  return tls;
}

Connection::Connection(int fd, std::string peer_address, ConnectionShared& shared)
    : shared_(shared),
      fd_(fd),
      stream_(fd, shared.aborting.fd()),
      stage_(shared.options.proxy_protocol ? Stage::kProxyHeader : Stage::kHello),
      deadline_(after_ms(shared.options.proxy_protocol || shared.options.tls
                             ? shared.options.limits.handshake_ms
                             : shared.options.limits.idle_ms)),
      peer_address_(std::move(peer_address)) {
  if (const auto address = parse_address(peer_address_)) peer_address_ = to_text(*address);
  client_address_ = peer_address_;
  ++shared_.counts.accepted;
  ++shared_.open;
}

Connection::~Connection() {
  ::close(fd_);
  --shared_.open;
}

void Connection::extend(Deadline::duration waited) {
  deadline_ += waited;
  request_deadline_ += waited;
}

Connection::Next Connection::receive(bool hung_up) {
  if (stage_ == Stage::kProxyHeader) {
    const Next next = read_proxy_header(hung_up);
    if (next != Next::kReady) return next;
    stage_ = Stage::kHello;
  }
  return await_hello(hung_up);
}

// Makes the socket readable only when that many bytes are there.
Connection::Next Connection::await_bytes(int bytes) {
  setsockopt(fd_, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof bytes);
  return Next::kRead;
}

Connection::Next Connection::read_proxy_header(bool hung_up) {
  // Exactly the header's bytes are taken: the next one is the client's, perhaps TLS.
  ProxyHeader header = parse_proxy_header(proxy_header_);
  if (!shared_.trusted_proxies.contains(peer_address_)) header.state = ProxyHeader::State::kRefused;
  while (header.state == ProxyHeader::State::kNeedsMore) {
    const std::size_t whole = std::max<std::size_t>(header.length_bytes, 16);
    std::string part(whole - proxy_header_.size(), '\0');
    const auto [outcome, bytes] = stream_.read_now(part.data(), part.size());
    if (outcome == IoOutcome::kTimeout && !hung_up) return Next::kRead;
    if (outcome != IoOutcome::kDone) {
      ++shared_.counts.proxy;
      return Next::kEnd;
    }
    proxy_header_.append(part, 0, bytes);
    header = parse_proxy_header(proxy_header_);
  }
  if (header.state == ProxyHeader::State::kRefused) {
    ++shared_.counts.proxy;
    shared_.log.debug(shared_.options.name, "no PROXY protocol header from a trusted proxy",
                      {{"peer", peer_address_}});
    return Next::kEnd;
  }
  if (header.address) client_address_ = *header.address;
  proxy_header_ = {};
  return Next::kReady;
}

Connection::Next Connection::await_hello(bool hung_up) {
  int there = 0;
  ioctl(fd_, FIONREAD, &there);
  int needed = 1;
  if (shared_.options.tls) {
    // Until the first record is whole there is nothing that TLS could do with it, and no memory is
    // spent on it. What is no TLS at all goes on, to be refused by it.
    std::array<unsigned char, kTlsRecordHeaderBytes> record{};
    const ssize_t seen = recv(fd_, record.data(), record.size(), MSG_PEEK | MSG_DONTWAIT);
    needed = kTlsRecordHeaderBytes;
    if (seen > 0 && record[0] != kTlsHandshakeRecord) {
      needed = 1;
    } else if (seen == kTlsRecordHeaderBytes) {
      needed += std::min(record[3] << 8 | record[4], kTlsMaxRecordBytes);
    }
  }
  if (there < needed) {
    if (!hung_up) return await_bytes(needed);
    if (there > 0) ++shared_.counts.handshake;
    return Next::kEnd;
  }
  await_bytes(1);
  // One proxy carries many clients, so its own connections are not counted against it.
  if (!shared_.trusted_proxies.contains(client_address_)) limit_key_ = key_of(client_address_);
  return Next::kReady;
}

void Connection::admit() {
  stage_ = shared_.options.tls ? Stage::kHandshake : Stage::kIdle;
}

Connection::Next Connection::shake_hands() {
  const auto failed = [&] {
    ++shared_.counts.handshake;
    shared_.log.debug(shared_.options.name, "a TLS handshake failed",
                      {{"peer", client_address_}, {"cause", take_tls_error()}});
    return Next::kEnd;
  };
  if (stream_.tls() == nullptr) {
    if (speaks_plain_http(fd_)) return refuse_plain_http();
    // A client that left while it waited must not cost a signature.
    pollfd gone{fd_, POLLRDHUP, 0};
    if (poll(&gone, 1, 0) > 0) return failed();
    if (!stream_.start_tls(shared_.current_tls())) return failed();
  }
  const Stream::Progress progress = stream_.handshake();
  // Most clients do not send their request before the end of their handshake is acknowledged, and
  // the kernel would keep that back for 40 ms.
  const int at_once = 1;
  setsockopt(fd_, IPPROTO_TCP, TCP_QUICKACK, &at_once, sizeof at_once);
  switch (progress) {
    case Stream::Progress::kWantsRead:
      return Next::kRead;
    case Stream::Progress::kWantsWrite:
      return Next::kWrite;
    case Stream::Progress::kFailed:
      stream_.finish_writing();
      return failed();
    case Stream::Progress::kDone:
      break;
  }
  certificate_ = peer_certificate(stream_.tls(), shared_.clock.now());
  stage_ = Stage::kIdle;
  deadline_ = after_ms(shared_.options.limits.idle_ms);
  return Next::kReady;
}

// An answer in the clear that says nothing but what was done wrong. Otherwise curl says "empty
// reply", and a browser that the site is broken.
Connection::Next Connection::refuse_plain_http() {
  ++shared_.counts.handshake;
  const std::string body = "This port speaks HTTPS: write https:// in place of http://\n";
  const std::string answer =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
  // An empty socket takes it whole; whoever does not read it has not asked for it either.
  (void)send(fd_, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  was_answered_ = true;
  return close();
}

Connection::Next Connection::work() {
  if (stage_ == Stage::kHandshake) return shake_hands();
  if (expired_) {
    timed_out();
    return close();
  }
  for (;;) {
    RequestHead head;
    const Progress progress = read_head(head);
    if (progress == Progress::kWait) return stream_.wants_write() ? Next::kWrite : Next::kRead;
    if (progress == Progress::kOver || !serve(head)) return close();
    was_served_ = true;
    stage_ = Stage::kIdle;
    deadline_ = after_ms(shared_.options.limits.idle_ms);
  }
}

Connection::Next Connection::close() {
  if (stream_.is_broken()) {
    stream_.abandon();
    return Next::kEnd;
  }
  stream_.finish_writing();
  if (!was_answered_) return Next::kEnd;
  // Dropping what the peer still sends keeps closing from resetting the connection under our last
  // answer.
  stage_ = Stage::kDraining;
  deadline_ = after_ms(kDrainMs);
  return drain_some();
}

Connection::Next Connection::drain_some() {
  std::array<char, kReadBytes> dropped;
  while (drained_bytes_ < kDrainBytes) {
    const ssize_t bytes = recv(fd_, dropped.data(), dropped.size(), MSG_DONTWAIT);
    if (bytes == 0) return Next::kEnd;
    if (bytes < 0) {
      return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? Next::kDrain : Next::kEnd;
    }
    drained_bytes_ += static_cast<std::size_t>(bytes);
  }
  return Next::kEnd;
}

void Connection::announce_close() {
  stream_.finish_writing();
}

}  // namespace muster::server::http
