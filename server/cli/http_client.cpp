// SPDX-License-Identifier: Apache-2.0
// Poco's HTTPS session on a context whose verification is ours: OpenSSL checks chain and name
// within the handshake (Poco does neither for a local host), so nothing is sent to a server that is
// not the one that was meant.
#include "server/cli/http_client.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/URI.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <csignal>
#include <optional>
#include <streambuf>

#include "common/crypto/certificate.h"
#include "common/crypto/issue.h"
#include "common/crypto/openssl.h"
#include "common/crypto/pinning.h"
#include "common/support/digest.h"
#include "common/support/file.h"
#include "common/support/text.h"
#include "server/cli/problem.h"
#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

namespace net = Poco::Net;

constexpr std::int64_t kReusableMs = 2'000;  // a server may close an idle connection after that

// Two digits a byte with colons, as browsers and openssl show it.
std::string fingerprint(std::string_view der) {
  std::string out;
  for (const char byte : sha256(der)) {
    for (const char digit : to_hex(std::string_view(&byte, 1)))
      out += static_cast<char>(digit >= 'a' ? digit - 'a' + 'A' : digit);
    out += ':';
  }
  out.pop_back();
  return out;
}

struct Refusal {
  std::string reason;
  std::string certificate_sha256;
  std::string authority_sha256;  // public key of the authority at the end of the chain; empty: none
};

class HttpClient final : public ApiClient {
 public:
  HttpClient(Connection connection, const Clock& clock);
  ApiReply exchange(const ApiRequest& request) override;

 private:
  static int verify(X509_STORE_CTX* store, void* self);
  std::vector<std::string> chain_of(X509_STORE_CTX* store) const;
  void remember_refusal(X509_STORE_CTX* store, std::string reason);
  [[noreturn]] void refused() const;
  ApiReply attempt(const ApiRequest& request, std::int64_t deadline_ms);
  std::string read_body(std::istream& stream, std::int64_t deadline_ms);
  [[noreturn]] void timed_out() const {
    throw Problem(kUnreachable,
                  connection_.server + " did not answer within " +
                      std::to_string(connection_.timeout_s) + " s",
                  "again with --timeout " + std::to_string(connection_.timeout_s * 4));
  }

  Connection connection_;
  const Clock& clock_;
  Poco::URI server_;
  net::Context::Ptr context_;
  std::unique_ptr<net::HTTPSClientSession> session_;
  std::int64_t used_at_ms_ = 0;
  std::optional<Refusal> refusal_;
};

HttpClient::HttpClient(Connection connection, const Clock& clock)
    : connection_(std::move(connection)), clock_(clock), server_(connection_.server) {
  // A server that hangs up while we write must not end the program.
  std::signal(SIGPIPE, SIG_IGN);
  const bool own_authorities = !connection_.ca_file.empty();
  try {
    context_ = new net::Context(
        net::Context::TLS_CLIENT_USE, "", "", connection_.ca_file, net::Context::VERIFY_STRICT, 9,
        /*loadDefaultCAs=*/!own_authorities && connection_.ca_sha256.empty());
  } catch (const Poco::Exception&) {
    // Poco's message is the file's name once more.
    const Result<std::string> content = read_file(connection_.ca_file);
    throw Problem(kFailed,
                  content ? "the CA file " + connection_.ca_file + " holds no certificate in PEM"
                          : content.failure().message,
                  "--ca-file with the server's CA certificate in PEM");
  }
  context_->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
  context_->enableExtendedCertificateVerification(false);  // verify() does it
  SSL_CTX* const ssl = context_->sslContext();
  X509_VERIFY_PARAM* const parameters = SSL_CTX_get0_param(ssl);
  const std::string host = server_.getHost();
  if (muster::crypto::is_ip_address(host)) {
    X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str());
  } else {
    X509_VERIFY_PARAM_set_hostflags(parameters, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(parameters, host.c_str(), host.size());
  }
  SSL_CTX_set_cert_verify_callback(ssl, &HttpClient::verify, this);
}

std::vector<std::string> HttpClient::chain_of(X509_STORE_CTX* store) const {
  std::vector<std::string> chain;
  STACK_OF(X509)* const sent = X509_STORE_CTX_get0_untrusted(store);
  for (int i = 0; sent != nullptr && i < sk_X509_num(sent); ++i) {
    if (i < static_cast<int>(muster::crypto::kMaxCertificates) + 1)
      chain.push_back(muster::crypto::der_of(i2d_X509, sk_X509_value(sent, i)));
  }
  return chain;
}

void HttpClient::remember_refusal(X509_STORE_CTX* store, std::string reason) {
  Refusal refusal{std::move(reason), {}, {}};
  const std::vector<std::string> chain = chain_of(store);
  if (!chain.empty()) refusal.certificate_sha256 = fingerprint(chain.front());
  if (const auto certificates = muster::crypto::chain_from_der(chain)) {
    const auto& last = certificates->back().fields();
    if (last.is_authority) refusal.authority_sha256 = last.spki_sha256_hex;
  }
  refusal_ = std::move(refusal);
}

// Runs within the handshake.
int HttpClient::verify(X509_STORE_CTX* store, void* self) {
  auto& client = *static_cast<HttpClient*>(self);
  if (!client.connection_.ca_sha256.empty()) {
    const std::vector<std::string> ders = client.chain_of(store);
    const auto chain = muster::crypto::chain_from_der(ders);
    std::string reason = chain ? std::string() : chain.failure().message;
    if (chain) {
      const auto authority = muster::crypto::verify_pinned(
          *chain, client.connection_.ca_sha256, client.server_.getHost(), client.clock_.now());
      if (authority) {
        X509_STORE_CTX_set_error(store, X509_V_OK);
        return 1;
      }
      const bool shown = std::any_of(chain->begin(), chain->end(), [&](const auto& each) {
        return each.fields().spki_sha256_hex == client.connection_.ca_sha256;
      });
      reason = shown ? authority.failure().message
                     : "no authority in its chain has the pinned key; it is another server, or "
                       "something between here and it opens the connection";
    }
    client.remember_refusal(store, reason);
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }
  const int verified = X509_verify_cert(store);
  if (verified == 1) return 1;
  client.remember_refusal(store, X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
  return 0;
}

void HttpClient::refused() const {
  Problem problem(kUnreachable, "the certificate of " + connection_.server +
                                    " is not trusted: " + refusal_->reason);
  if (!refusal_->certificate_sha256.empty())
    problem.details.push_back("its SHA-256:             " + refusal_->certificate_sha256);
  if (!refusal_->authority_sha256.empty())
    problem.details.push_back("its authority's key:     " + refusal_->authority_sha256);
  problem.details.push_back(
      "nothing was sent; the server's CA certificate is ca/ca.pem in its data directory");
  if (!refusal_->authority_sha256.empty()) {
    problem.details.push_back(
        "or, when that key is the one that muster-server init printed: --ca-sha256 and the key");
  }
  problem.hint =
      ShellCommand("muster login").argument(connection_.server).flag("--ca-file", "ca.pem").text();
  throw problem;
}

// Piece by piece as it arrives, so that a server that sends a byte a second meets the deadline too.
std::string HttpClient::read_body(std::istream& stream, std::int64_t deadline_ms) {
  std::string body;
  std::streambuf& arriving = *stream.rdbuf();
  while (arriving.sgetc() != std::streambuf::traits_type::eof()) {
    const std::size_t before = body.size();
    const std::streamsize ready = std::max<std::streamsize>(arriving.in_avail(), 1);
    body.resize(before + static_cast<std::size_t>(ready));
    const std::streamsize taken = arriving.sgetn(body.data() + before, ready);
    body.resize(before + static_cast<std::size_t>(taken));
    if (body.size() > kMaxAnswerBytes) {
      throw Problem(kFailed, "the server's answer is larger than 64 MiB",
                    "a smaller --limit, or a narrower query");
    }
    if (clock_.boottime_ms() > deadline_ms) timed_out();
  }
  return body;
}

ApiReply HttpClient::attempt(const ApiRequest& request, std::int64_t deadline_ms) {
  if (!session_ || clock_.boottime_ms() - used_at_ms_ > kReusableMs) {
    session_ =
        std::make_unique<net::HTTPSClientSession>(server_.getHost(), server_.getPort(), context_);
    session_->setKeepAlive(true);
  }
  const Poco::Timespan left((deadline_ms - clock_.boottime_ms()) * 1000);
  session_->setTimeout(left, left, left);
  net::HTTPRequest head(request.method, request.path, net::HTTPMessage::HTTP_1_1);
  head.set("Accept", "application/json");
  head.set("User-Agent", "muster/" MUSTER_VERSION);
  for (const auto& [name, value] : request.headers)
    head.set(name, value);
  if (!request.body.empty() || request.method == "POST" || request.method == "PUT")
    head.setContentLength64(static_cast<Poco::Int64>(request.body.size()));
  session_->sendRequest(head) << request.body << std::flush;
  net::HTTPResponse answer;
  std::istream& stream = session_->receiveResponse(answer);
  ApiReply reply;
  reply.status = static_cast<int>(answer.getStatus());
  for (const auto& [name, value] : answer)
    reply.headers.emplace_back(name, value);
  reply.body = read_body(stream, deadline_ms);
  if (answer.hasContentLength() && request.method != "HEAD" && reply.status != 204 &&
      reply.status != 304 &&
      answer.getContentLength64() != static_cast<Poco::Int64>(reply.body.size())) {
    throw Problem(kUnreachable, connection_.server + " broke off in the middle of its answer");
  }
  used_at_ms_ = clock_.boottime_ms();
  return reply;
}

ApiReply HttpClient::exchange(const ApiRequest& request) {
  const std::int64_t deadline_ms = clock_.boottime_ms() + connection_.timeout_s * 1000LL;
  refusal_.reset();
  try {
    return attempt(request, deadline_ms);
  } catch (const Problem&) {
    session_.reset();
    throw;
  } catch (const Poco::TimeoutException&) {
    session_.reset();
    timed_out();
  } catch (const Poco::Exception& problem) {
    session_.reset();
    ERR_clear_error();
    if (refusal_) refused();
    if (clock_.boottime_ms() >= deadline_ms) timed_out();
    // What came first was no TLS record.
    if (problem.displayText().find("wrong version number") != std::string::npos) {
      throw Problem(kUnreachable,
                    connection_.server + " does not speak HTTPS: another program has this port",
                    "the server's port for people: 8443, unless it was changed");
    }
    throw Problem(kUnreachable,
                  "cannot reach " + connection_.server + " (" + problem.displayText() + ")",
                  "muster status, once the server is up and its port is open");
  }
}

}  // namespace

std::optional<std::string> ApiReply::header(std::string_view name) const {
  const std::string wanted = lower_ascii(name);
  for (const auto& [each, value] : headers) {
    if (lower_ascii(each) == wanted) return value;
  }
  return std::nullopt;
}

std::unique_ptr<ApiClient> make_http_client(const Connection& connection, const Clock& clock) {
  return std::make_unique<HttpClient>(connection, clock);
}

}  // namespace muster::cli
