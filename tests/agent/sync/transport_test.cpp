// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/transport.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "server_double.h"
#include "tls_server_double.h"

namespace muster::agent::test {

TlsServerDouble::TlsServerDouble(TlsServerSettings settings, Instant now)
    : settings_(std::move(settings)) {
  std::signal(SIGPIPE, SIG_IGN);
  const auto key = crypto::PrivateKey::generate().value();
  const auto certificate = crypto::issue_server(settings_.authority, key.public_key_der(),
                                                {settings_.name}, now, settings_.lifetime_ms)
                               .value();
  context_ = SSL_CTX_new(TLS_server_method());
  SSL_CTX_set_max_proto_version(context_, settings_.highest_version);
  SSL_CTX_use_certificate(context_, certificate.handle());
  SSL_CTX_use_PrivateKey(context_, key.handle());
  if (settings_.send_authority)
    SSL_CTX_add1_chain_cert(context_, settings_.authority.certificate.handle());
  SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  if (settings_.calls_agents_expired) {
    SSL_CTX_set_verify(context_, SSL_VERIFY_PEER, [](int, X509_STORE_CTX* store) {
      X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_HAS_EXPIRED);
      return 0;
    });
  }
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const generic = static_cast<sockaddr*>(static_cast<void*>(&address));
  REQUIRE(::bind(listener_, generic, size) == 0);
  REQUIRE(::listen(listener_, 8) == 0);
  REQUIRE(::getsockname(listener_, generic, &size) == 0);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

TlsServerDouble::~TlsServerDouble() {
  stop_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
  SSL_CTX_free(context_);
}

void TlsServerDouble::serve() {
  while (!stop_) {
    const int descriptor = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (descriptor < 0) return;
    talk(descriptor);
    ::close(descriptor);
  }
}

void TlsServerDouble::talk(int descriptor) {
  SSL* const ssl = SSL_new(context_);
  SSL_set_fd(ssl, descriptor);
  if (SSL_accept(ssl) == 1) {
    if (X509* const peer = SSL_get1_peer_certificate(ssl)) {
      const auto certificate = crypto::Certificate::from_handle(peer).value();
      X509_free(peer);
      const std::lock_guard lock(mutex_);
      agents_.push_back(crypto::agent_id_of(certificate).value_or("?"));
    }
    char buffer[65536];
    for (int count = 0; (count = SSL_read(ssl, buffer, sizeof buffer)) > 0;) {
      {
        const std::lock_guard lock(mutex_);
        requests_.emplace_back(buffer, static_cast<std::size_t>(count));
      }
      if (!settings_.answer) continue;
      if (SSL_write(ssl, settings_.answer->data(), static_cast<int>(settings_.answer->size())) <= 0)
        break;
    }
    SSL_shutdown(ssl);
  } else {
    // Closing with the request unread would reset the connection, and the alert with it.
    ::shutdown(descriptor, SHUT_WR);
    char dropped[4096];
    while (::recv(descriptor, dropped, sizeof dropped, 0) > 0)
      continue;
  }
  SSL_free(ssl);
}

std::vector<std::string> TlsServerDouble::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::vector<std::string> TlsServerDouble::agents() const {
  const std::lock_guard lock(mutex_);
  return agents_;
}

namespace {

const char* const kTransportAgentId = "11111111-2222-4333-8444-555555555555";

crypto::Authority make_authority() {
  return crypto::issue_authority(crypto::PrivateKey::generate().value(), SystemClock().now())
      .value();
}

sync::TransportOptions options_for(const TlsServerDouble& server,
                                   const crypto::Authority& authority) {
  sync::TransportOptions options;
  options.server = {"127.0.0.1", server.port()};
  options.authorities = {authority.certificate};
  options.total_timeout_ms = 20'000;
  const auto key = crypto::PrivateKey::generate().value();
  options.identity = sync::Identity{key, crypto::issue_agent(authority, key.public_key_der(),
                                                             kTransportAgentId, SystemClock().now())
                                             .value()};
  return options;
}

sync::HttpRequest small_request() {
  sync::HttpRequest request;
  request.path = "/agent/v1/report";
  request.headers = {{"Content-Type", "application/json"}};
  request.body = "{}";
  return request;
}

}  // namespace

TEST_CASE("The transport speaks to its own server, shows its certificate and counts bytes",
          "[sync][tls]") {
  const SystemClock clock;
  const auto authority = make_authority();
  TlsServerDouble server({.authority = authority}, clock.now());
  const auto transport = sync::make_transport(options_for(server, authority), clock);
  const auto first = transport->exchange(small_request());
  REQUIRE(first);
  CHECK(first->status == 200);
  CHECK(first->body == "{}");
  const auto second = transport->exchange(small_request());  // on the same connection
  REQUIRE(second);
  CHECK(server.agents() == std::vector<std::string>{kTransportAgentId});
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[0] ==
        "POST /agent/v1/report HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
            "\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}");
  CHECK(transport->sent_bytes() == 2 * server.requests()[0].size());
  transport->close();
}

TEST_CASE("A server that is not ours is refused before it learns who we are", "[sync][tls]") {
  const SystemClock clock;
  const auto authority = make_authority();
  TlsServerSettings settings{.authority = authority};
  sync::TransportOptions options;
  Instant server_time = clock.now();
  FailureKind kind = FailureKind::kUntrusted;
  SECTION("another authority") {
    settings.authority = make_authority();
  }
  SECTION("another name") {
    settings.name = "other.example.org";
  }
  SECTION("expired") {
    server_time = clock.now() - 10 * crypto::kDayMs;
    settings.authority =
        crypto::issue_authority(authority.key, clock.now() - 100 * crypto::kDayMs).value();
    settings.lifetime_ms = crypto::kDayMs;
    kind = FailureKind::kWrongClock;
  }
  SECTION("only TLS 1.2") {
    kind = FailureKind::kRefused;
    settings.highest_version = TLS1_2_VERSION;
  }
  TlsServerDouble server(settings, server_time);
  options = options_for(server, authority);
  const auto reply = sync::make_transport(options, clock)->exchange(small_request());
  REQUIRE_FALSE(reply);
  CHECK(reply.failure().kind == kind);
  CHECK(server.agents().empty());
  CHECK(server.requests().empty());
}

TEST_CASE("A certificate that has expired by the server's clock alone is a matter of clocks",
          "[sync][tls]") {
  const SystemClock clock;
  const auto authority = make_authority();
  TlsServerDouble server({.authority = authority, .calls_agents_expired = true}, clock.now());
  sync::TransportOptions options = options_for(server, authority);
  SECTION("by this machine's it is valid") {
    const auto reply = sync::make_transport(options, clock)->exchange(small_request());
    REQUIRE_FALSE(reply);
    CHECK(reply.failure().kind == FailureKind::kWrongClock);
    CHECK_THAT(reply.failure().message,
               Catch::Contains("says that this agent's certificate has expired; by this machine's "
                               "clock"));
  }
  SECTION("by this machine's as well") {
    const auto key = crypto::PrivateKey::generate().value();
    options.identity = sync::Identity{
        key, crypto::issue_agent(authority, key.public_key_der(), kTransportAgentId, clock.now(), 1)
                 .value()};
    FakeClock later;
    later.wall = clock.now() + 60'000;
    const auto reply = sync::make_transport(options, later)->exchange(small_request());
    REQUIRE_FALSE(reply);
    CHECK(reply.failure().kind == FailureKind::kRefused);
  }
}

TEST_CASE("The first contact believes the pinned key alone", "[sync][tls]") {
  const SystemClock clock;
  const auto authority = make_authority();
  const auto other = make_authority();
  TlsServerSettings settings{.authority = authority};
  std::string pin = authority.certificate.fields().spki_sha256_hex;
  bool accepted = false;
  SECTION("the right one") {
    accepted = true;
  }
  SECTION("another key") {
    pin = other.certificate.fields().spki_sha256_hex;
  }
  SECTION("the authority is not in the chain") {
    settings.send_authority = false;
  }
  SECTION("the right key, another name") {
    settings.name = "10.0.0.1";
  }
  SECTION("no pin") {
    pin = "";
  }
  TlsServerDouble server(settings, clock.now());
  sync::TransportOptions options;
  options.server = {"127.0.0.1", server.port()};
  options.pin_sha256_hex = pin;
  std::optional<crypto::Certificate> found;
  options.on_authority = [&](const crypto::Certificate& certificate) { found = certificate; };
  const auto reply = sync::make_transport(options, clock)->exchange(small_request());
  CHECK(reply.ok() == accepted);
  CHECK(found.has_value() == accepted);
  CHECK(server.requests().size() == (accepted ? 1U : 0U));
}

TEST_CASE("Hostile answers are cut off, and redirects are only told", "[sync][tls]") {
  struct Case {
    std::string answer;
    std::optional<int> status;
  };
  const Case given = GENERATE(
      Case{"HTTP/1.1 301 Moved\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n",
           301},
      Case{"HTTP/1.1 200 OK\r\nContent-Length: 4294967300\r\n\r\n", std::nullopt},
      Case{"HTTP/1.1 200 OK\r\n\r\n" + std::string(200'000, 'a'), std::nullopt},
      Case{"\x00\x01\x02 nonsense \r\n\r\n", std::nullopt});
  const SystemClock clock;
  const auto authority = make_authority();
  TlsServerDouble server({.authority = authority, .answer = given.answer}, clock.now());
  const auto transport = sync::make_transport(options_for(server, authority), clock);
  const auto reply = transport->exchange(small_request());
  CHECK(reply.ok() == given.status.has_value());
  if (reply) CHECK(reply->status == *given.status);
  CHECK(server.agents().size() == 1);
}

TEST_CASE("One deadline covers everything, and a request to stop comes through", "[sync][tls]") {
  const SystemClock clock;
  const auto authority = make_authority();
  TlsServerDouble server({.authority = authority, .answer = std::nullopt}, clock.now());
  sync::TransportOptions options = options_for(server, authority);
  int pipe_ends[2] = {-1, -1};
  REQUIRE(::pipe(pipe_ends) == 0);
  FailureKind expected = FailureKind::kTimeout;
  SECTION("deadline") {
    options.total_timeout_ms = 300;
  }
  SECTION("stop") {
    options.cancel_descriptor = pipe_ends[0];
    REQUIRE(::write(pipe_ends[1], "x", 1) == 1);
    expected = FailureKind::kCancelled;
  }
  const auto reply = sync::make_transport(options, clock)->exchange(small_request());
  REQUIRE_FALSE(reply);
  CHECK(reply.failure().kind == expected);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
}

TEST_CASE("Nobody there is said with the address", "[sync][tls]") {
  const SystemClock clock;
  const auto authority = make_authority();
  sync::TransportOptions options;
  {
    TlsServerDouble server({.authority = authority}, clock.now());
    options = options_for(server, authority);
  }
  const auto reply = sync::make_transport(options, clock)->exchange(small_request());
  REQUIRE_FALSE(reply);
  CHECK(reply.failure().kind == FailureKind::kUnreachable);
  CHECK(reply.failure().message.find(options.server.url()) != std::string::npos);
}

TEST_CASE("Server addresses are https, a host and a port", "[sync][tls]") {
  CHECK(sync::ServerAddress::parse("https://cmdb.example.org:8444/")->port == 8444);
  CHECK(sync::ServerAddress::parse("https://cmdb.example.org")->url() ==
        "https://cmdb.example.org:8444");
  CHECK(sync::ServerAddress::parse("https://[2001:db8::1]:1")->authority() == "[2001:db8::1]:1");
  for (const char* bad :
       {"", "http://a", "https://", "https://a:0", "https://a:65536", "https://a/b", "https://a b",
        "https://[::1", "https://a@b", "https://a:8444#x"}) {
    INFO(bad);
    CHECK_FALSE(sync::ServerAddress::parse(bad));
  }
}

}  // namespace muster::agent::test
