// SPDX-License-Identifier: Apache-2.0
// The server over TLS: versions, client certificates good and bad, no resumption, new certificates
// while running.
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <catch2/catch.hpp>

#include "tests/server/http/server_fixture.h"

namespace muster::server::test {
namespace {

using muster::test::CertificateWish;
using muster::test::IssuedCertificate;
using muster::test::TestCa;

bool tls_answer_contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

CertificateWish server_wish(long serial = 2) {
  CertificateWish wish;
  wish.alternative_names = "DNS:localhost,IP:127.0.0.1";
  wish.extended_usage = "serverAuth";
  wish.serial = serial;
  return wish;
}

CertificateWish agent_wish() {
  CertificateWish wish;
  wish.alternative_names = "URI:urn:uuid:6f1c0c3e-5d5e-4c58-9a46-0d5b3f6c1a2b";
  wish.extended_usage = "clientAuth";
  wish.serial = 0x0abc;
  return wish;
}

struct TlsFixture {
  TlsFixture() { write_server(server_wish()); }

  void write_server(const CertificateWish& wish) {
    const IssuedCertificate issued = ca.issue(wish);
    folder.write("server.pem", issued.certificate_pem);
    folder.write("server.key", issued.key_pem);
  }
  http::ServerOptions options() const {
    http::ServerOptions options = plain_options();
    options.tls.emplace();
    options.tls->certificate_chain_file = (folder.path() / "server.pem").string();
    options.tls->private_key_file = (folder.path() / "server.key").string();
    return options;
  }
  http::ServerOptions agents_options() const {
    http::ServerOptions with_clients = options();
    with_clients.tls->minimum = http::TlsVersion::k13;
    with_clients.tls->client_certificate = http::ClientCertificate::kOptional;
    with_clients.tls->client_ca_file = folder.write("ca.pem", ca.certificate_pem());
    return with_clients;
  }

  TestCa ca;
  Folder folder;
};

std::string exchange(std::uint16_t port, const RawTls& tls, std::string_view bytes) {
  RawClient client(port);
  if (!client.start_tls(tls)) return {};
  client.send(bytes);
  return client.receive_all();
}

TEST_CASE("requests over TLS are answered, pipelined and large ones too", "[http][tls]") {
  const TlsFixture f;
  const Server server(f.options());
  RawClient client(server.port());
  REQUIRE(client.start_tls());
  client.send(get("/one") + get("/two"));
  const std::string first = client.receive_response();
  CHECK(tls_answer_contains(first, "Strict-Transport-Security: max-age="));
  CHECK(tls_answer_contains(first, "/one body=0 peer=127.0.0.1 scheme=https"));
  CHECK(tls_answer_contains(client.receive_response(), "/two"));
  client.send(
      "POST /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5000000\r\n\r\n" +
      std::string(5'000'000, 'x'));
  CHECK(tls_answer_contains(client.receive_response(), "body=5000000"));
  CHECK(client.receive().empty());
  CHECK(SSL_get_shutdown(client.tls()) == SSL_RECEIVED_SHUTDOWN);  // close_notify, not a mere cut
}

TEST_CASE("a large answer over TLS arrives whole", "[http][tls]") {
  const TlsFixture f;
  std::string content;
  for (int i = 0; i < 3'000'000; ++i)
    content += static_cast<char>(i * 7 % 251);
  const std::string path = f.folder.write("large", content);
  const Server server(f.options(), [&](const http::Request& request) {
    return request.path == "/file" ? http::Response::file(path, "application/octet-stream")
                                   : http::Response::text(content);
  });
  for (const char* target : {"/file", "/text"}) {
    const std::string answer = exchange(server.port(), {}, get_and_close(target));
    CHECK(answer.substr(answer.find("\r\n\r\n") + 4) == content);
  }
}

TEST_CASE("old versions of TLS are refused", "[http][tls]") {
  const TlsFixture f;
  const Server people(f.options());
  const Server agents(f.agents_options());
  const auto answered = [](const Server& server, int version) {
    RawTls tls;
    tls.version = version;
    return !exchange(server.port(), tls, get_and_close("/a")).empty();
  };
  CHECK(answered(people, TLS1_3_VERSION));
  CHECK(answered(people, TLS1_2_VERSION));
  CHECK_FALSE(answered(people, TLS1_1_VERSION));
  CHECK_FALSE(answered(people, TLS1_VERSION));
  CHECK(answered(agents, TLS1_3_VERSION));
  CHECK_FALSE(answered(agents, TLS1_2_VERSION));
  CHECK(eventually([&] { return agents.http.counters().refused_handshake == 1; }));
}

TEST_CASE("a client certificate is optional, and one that does not hold ends the handshake",
          "[http][tls]") {
  const TlsFixture f;
  const TestCa other_ca;
  const Server server(f.agents_options());
  const auto ask = [&](const IssuedCertificate& issued) {
    return exchange(server.port(), {issued.certificate_pem, issued.key_pem}, get_and_close("/a"));
  };
  const auto changed = [](auto change) {
    CertificateWish wish = agent_wish();
    change(wish);
    return wish;
  };
  CHECK_FALSE(tls_answer_contains(exchange(server.port(), {}, get_and_close("/a")), "serial="));
  const std::string good = ask(f.ca.issue(agent_wish()));
  CHECK(tls_answer_contains(
      good, " serial=0abc uri=urn:uuid:6f1c0c3e-5d5e-4c58-9a46-0d5b3f6c1a2b valid"));

  CHECK(ask(other_ca.issue(agent_wish())).empty());
  struct Case {
    const char* name;
    CertificateWish wish;
  };
  const std::vector<Case> cases = {
      {"expired", changed([](auto& w) { w.valid_to_days = -1, w.valid_from_days = -90; })},
      {"not yet valid", changed([](auto& w) { w.valid_from_days = 2; })},
      {"for servers", changed([](auto& w) { w.extended_usage = "serverAuth"; })},
      {"for anything", changed([](auto& w) { w.extended_usage = ""; })},
      {"a CA's", changed([](auto& w) { w.is_ca = true; })},
  };
  for (const Case& c : cases) {
    INFO(c.name);
    CHECK(ask(f.ca.issue(c.wish)).empty());
  }
  CHECK(eventually([&] { return server.http.counters().refused_handshake == 1 + cases.size(); }));
}

TEST_CASE("a certificate that only expired passes within the allowed days, marked", "[http][tls]") {
  const TlsFixture f;
  auto options = f.agents_options();
  options.tls->accept_expired_days = 180;
  const Server server(options);
  const auto ask = [&](const TestCa& ca, int expired_days, const std::string& usage) {
    CertificateWish wish = agent_wish();
    wish.valid_from_days = -400;
    wish.valid_to_days = -expired_days;
    wish.extended_usage = usage;
    const IssuedCertificate issued = ca.issue(wish);
    return exchange(server.port(), {issued.certificate_pem, issued.key_pem}, get_and_close("/a"));
  };
  CHECK(tls_answer_contains(ask(f.ca, 1, "clientAuth"), "0d5b3f6c1a2b expired"));
  CHECK(tls_answer_contains(ask(f.ca, 179, "clientAuth"), "0d5b3f6c1a2b expired"));
  CHECK(ask(f.ca, 181, "clientAuth").empty());
  // Nothing else is forgiven with it.
  CHECK(ask(f.ca, 1, "serverAuth").empty());
  CHECK(ask(f.ca, 1, "").empty());
  CHECK(ask(TestCa(), 1, "clientAuth").empty());
}

TEST_CASE("no session can be resumed, so every connection proves its certificate", "[http][tls]") {
  const TlsFixture f;
  for (const int version : {TLS1_3_VERSION, TLS1_2_VERSION}) {
    auto options = f.agents_options();
    options.tls->minimum = http::TlsVersion::k12;
    const Server server(options);
    const IssuedCertificate issued = f.ca.issue(agent_wish());
    RawTls tls{issued.certificate_pem, issued.key_pem, version};
    RawClient first(server.port());
    REQUIRE(first.start_tls(tls));
    first.send(get_and_close("/a"));
    CHECK(tls_answer_contains(first.receive_all(), "serial=0abc"));
    const std::unique_ptr<SSL_SESSION, decltype(&SSL_SESSION_free)> session(
        SSL_get1_session(first.tls()), SSL_SESSION_free);
    CHECK(SSL_SESSION_has_ticket(session.get()) == 0);
    CHECK(SSL_SESSION_is_resumable(session.get()) == 0);
  }
}

TEST_CASE("plain HTTP on a port of TLS is told so, and nothing is served", "[http][tls]") {
  const TlsFixture f;
  const Server server(f.options());
  for (const char* method : {"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}) {
    INFO(method);
    const std::string answer =
        server.exchange(std::string(method) + " /a HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(statuses_in(answer) == std::vector<int>{400});
    CHECK_THAT(answer, Catch::Contains("write https:// in place of http://"));
  }
  CHECK(server.http.counters().refused_handshake == 7);
}

TEST_CASE("garbage and silence instead of TLS are closed", "[http][tls]") {
  const TlsFixture f;
  auto options = f.options();
  options.limits.handshake_ms = 50;
  const Server server(options);
  std::string noise;
  for (int i = 0; i < 4000; ++i)
    noise += static_cast<char>(i * 31 % 257);
  for (const std::string& bytes : {std::string("BREW /a HTTP/1.1\r\n\r\n"), noise,
                                   std::string("\x16\x03\x01\xff\xff\x01", 6)}) {
    CHECK(statuses_in(server.exchange(bytes)).empty());
  }
  CHECK(server.exchange("\x16\x03\x01").empty());
  CHECK(server.exchange("").empty());
  CHECK(eventually([&] {
    const http::HttpCounters counters = server.http.counters();
    return counters.refused_handshake + counters.refused_deadline == 5;
  }));
  CHECK(server.http.counters().refused_deadline >= 2);
  CHECK(tls_answer_contains(exchange(server.port(), {}, get_and_close("/a")), "200 OK"));
}

TEST_CASE("new certificates serve new connections and leave the old ones alone", "[http][tls]") {
  TlsFixture f;
  Server server(f.options());
  const auto serial = [](const RawClient& client) {
    return ASN1_INTEGER_get(X509_get0_serialNumber(SSL_get0_peer_certificate(client.tls())));
  };
  RawClient old(server.port());
  REQUIRE(old.start_tls());
  CHECK(serial(old) == 2);

  f.write_server(server_wish(7));
  server.http.reload_tls();
  RawClient fresh(server.port());
  REQUIRE(fresh.start_tls());
  CHECK(serial(fresh) == 7);
  old.send(get_and_close("/a"));
  CHECK(tls_answer_contains(old.receive_all(), "200 OK"));

  f.folder.write("server.key", "not a key");
  CHECK_THROWS_WITH(server.http.reload_tls(), Catch::Contains("server.key"));
  RawClient after(server.port());
  REQUIRE(after.start_tls());
  CHECK(serial(after) == 7);
}

TEST_CASE("a certificate that cannot be read stops the server from starting, by its file's name",
          "[http][tls]") {
  const TlsFixture f;
  auto options = f.options();
  options.tls->certificate_chain_file += ".missing";
  CHECK_THROWS_WITH(Server(options), Catch::Contains("server.pem.missing"));
  options = f.agents_options();
  options.tls->private_key_file = f.folder.write("other.key", f.ca.issue(server_wish()).key_pem);
  CHECK_THROWS_WITH(Server(options), Catch::Contains("other.key"));
  options = f.agents_options();
  options.tls->client_ca_file = f.folder.write("empty.pem", "");
  CHECK_THROWS_WITH(Server(options), Catch::Contains("empty.pem"));
}

TEST_CASE("a PROXY header comes before TLS", "[http][tls]") {
  const TlsFixture f;
  auto options = f.options();
  options.proxy_protocol = true;
  options.trusted_proxies = {"127.0.0.1"};
  const Server server(options);
  RawClient client(server.port());
  client.send(std::string(
      "\r\n\r\n\0\r\nQUIT\n\x21\x11\x00\x0c\xc6\x33\x64\x07\x7f\x00\x00\x01\x10\x00\x20\xfc", 28));
  REQUIRE(client.start_tls());
  client.send(get_and_close("/a"));
  CHECK(tls_answer_contains(client.receive_all(), "peer=198.51.100.7 scheme=https"));
}

}  // namespace
}  // namespace muster::server::test
