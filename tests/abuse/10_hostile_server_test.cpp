// SPDX-License-Identifier: Apache-2.0
// Case 10: the server is not the server, or has turned against its agents: another authority,
// another name, an expired certificate; a redirect, a gigabyte of answer, an answer that never
// ends, a length of 2^30 * 4, odd JSON, Retry-After 10^9, an answer about files to write and
// programs to run. Expected: no connection, or the answer dropped at 64 KiB; no redirect is
// followed; delays are clamped; what was to be sent stays in the spool; nothing is written but the
// agent's own state. Not covered: an answer that takes its 60 s byte by byte is waited for only
// under MUSTER_TEST_FULL.
#include <openssl/ssl.h>
#include "tests/abuse/hostile_server.h"
#include "tests/support/programs/attacked.h"
#include "tests/support/programs/machine.h"
#include "tests/support/test_certificates.h"

using namespace muster;
using namespace muster::test;

namespace {

namespace fs = std::filesystem;

HostileServer::Answer text(const std::string& bytes) {
  return [bytes](SSL* tls) { SSL_write(tls, bytes.data(), static_cast<int>(bytes.size())); };
}

std::string ok(const std::string& body, const std::string& more = {}) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + more +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void gigabyte(SSL* tls) {
  const std::string head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n";
  SSL_write(tls, head.data(), static_cast<int>(head.size()));
  const std::string part(16384, '{');
  for (int i = 0; i < 65'536; ++i) {
    if (SSL_write(tls, part.data(), static_cast<int>(part.size())) <= 0) return;
  }
}

void drip(SSL* tls) {
  for (int i = 0; i < 600; ++i) {
    if (SSL_write(tls, "H", 1) <= 0) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
  }
}

struct Attack {
  Attack()
      : url("MUSTER_SERVER_AGENTS_URL", "https://127.0.0.1:" + std::to_string(between.port())) {
    server.start();
    between.pass_on_to(server.agents_port());
    if (machine.enroll(server.join_code()).code != 0 || machine.run_once().code != 0)
      throw std::runtime_error("the agent does not get through");
  }
  std::string own_file() const { return (server.data() / "ca/agents.pem").string(); }
  std::size_t spooled() const {
    const auto json = JsonValue::parse(run_program(machine.agent({"status", "--json"})).out);
    const JsonValue* spooled = json ? json->find("spooled") : nullptr;
    if (spooled == nullptr) throw std::runtime_error("status tells of no spool");
    return static_cast<std::size_t>(spooled->integer_at("reports").value_or(0));
  }

  HostileServer between;
  Setting url;
  ServerProcess server;
  Machine machine{"victim"};
};

}  // namespace

TEST_CASE("10 a server that cannot prove itself learns nothing", "[abuse][sqlite]") {
  Attack here;
  const TestCa other("Muster");
  struct Impostor {
    const char* what;
    CertificateWish wish;
  };
  std::vector<Impostor> impostors(3);
  impostors[0] = {"another authority",
                  {.alternative_names = "IP:127.0.0.1", .extended_usage = "serverAuth"}};
  impostors[1] = {"self-signed authority of the same name",
                  {.alternative_names = "IP:127.0.0.1", .extended_usage = "", .is_ca = true}};
  impostors[2] = {"expired",
                  {.alternative_names = "IP:127.0.0.1",
                   .extended_usage = "serverAuth",
                   .valid_from_days = -30,
                   .valid_to_days = -1}};
  for (const Impostor& impostor : impostors) {
    const IssuedCertificate issued = other.issue(impostor.wish);
    const fs::path certificate = here.server.folder() / "impostor.pem";
    const fs::path key = here.server.folder() / "impostor.key";
    write_file(certificate, issued.certificate_pem);
    write_file(key, issued.key_pem);
    here.between.turn_hostile(certificate.string(), key.string(), text(ok("{}")));
    const Ended ran = here.machine.run_once();
    INFO(impostor.what << all_of(ran));
    CHECK(ran.code != 0);
    CHECK(here.between.requests().empty());
  }
  // The right authority, but the certificate of an agent in place of the server's.
  WireAgent agent(here.server, "agent");
  REQUIRE(agent.enroll(here.server.join_code()).status == 200);
  const fs::path certificate = here.server.folder() / "agent.pem";
  write_file(certificate, agent.identity().certificate_pem + agent.identity().key_pem);
  here.between.turn_hostile(certificate.string(), certificate.string(), text(ok("{}")));
  CHECK(here.machine.run_once().code != 0);
  CHECK(here.between.requests().empty());
  here.between.pass_on_to(here.server.agents_port());
  const Ended ran = here.machine.run_once();
  INFO(all_of(ran));
  CHECK(ran.code == 0);
}

TEST_CASE("10 a server that has turned hostile can make an agent wait, and nothing else",
          "[abuse][sqlite]") {
  Attack here;
  std::set<std::string> before;
  for (const auto& entry : fs::directory_iterator(here.machine.state()))
    before.insert(entry.path().filename().string());
  here.machine.install("news", "1.0");
  std::vector<std::pair<const char*, HostileServer::Answer>> answers = {
      {"redirect",
       text("HTTP/1.1 302 Found\r\nLocation: https://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")},
      {"redirect kept", text("HTTP/1.1 308 Permanent Redirect\r\nLocation: "
                             "/agent/v1/report\r\nContent-Length: 0\r\n\r\n")},
      {"a gigabyte", gigabyte},
      {"length 2^32", text("HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n\r\n{}")},
      {"length 2^64+2", text("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551618\r\n\r\n{}")},
      {"negative length", text("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}")},
      {"two lengths", text("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}")},
      {"endless head", text("HTTP/1.1 200 OK\r\nX: " + std::string(200'000, 'a'))},
      {"no HTTP", text(std::string(100, '\0'))},
      {"nothing", text("")},
      {"deep JSON", text(ok(std::string(60'000, '[')))},
      {"no object", text(ok("[]"))},
      {"another number", text(ok(R"({"acknowledged":999999999,"interval_s":900})"))},
      {"wrong types", text(ok(R"({"acknowledged":"1","interval_s":[]})"))},
      {"wait for ever",
       text("HTTP/1.1 503 Busy\r\nRetry-After: 1000000000\r\nContent-Length: 0\r\n\r\n")},
      {"commands",
       text(ok(R"({"acknowledged":0,"run":["/bin/sh","-c","id"],"write":{"/etc/x":"y"}})"))},
      {"hostile problem",
       text("HTTP/1.1 403 No\r\nContent-Type: application/problem+json\r\nContent-Length: "
            "60\r\n\r\n{\"code\":\"\x1b[2J\",\"detail\":\"../../../etc/passwd %s%n\"         }")},
  };
  if (whole_loops()) answers.emplace_back("drip", drip);
  for (const auto& [what, answer] : answers) {
    here.between.turn_hostile(here.own_file(), here.own_file(), answer);
    const int connections = here.between.connections();
    const auto begin = std::chrono::steady_clock::now();
    const Ended ran = here.machine.run_once();
    INFO(what << ' ' << all_of(ran));
    CHECK(ran.code != 0);
    CHECK(ran.code < 128);
    CHECK(ms_since(begin) < 90'000);                       // its own deadline is 60 s
    CHECK(here.between.connections() - connections <= 2);  // nothing is followed
    CHECK(ran.error.find('\x1b') == std::string::npos);
    CHECK(here.spooled() >= 1);
  }
  for (const auto& entry : fs::directory_iterator(here.machine.state())) {
    INFO(entry.path());
    CHECK(before.contains(entry.path().filename().string()));  // nothing new was written
  }
  here.between.pass_on_to(here.server.agents_port());
  const Ended ran = here.machine.run_once();
  INFO(all_of(ran));
  CHECK(ran.code == 0);  // and all that was kept arrives
  CHECK(here.spooled() == 0);
  const std::string packages =
      here.server.ask_as_admin({.path = "/api/v1/items/victim/sections/packages?limit=500"}).body;
  INFO(packages);
  CHECK(packages.find("news") != std::string::npos);
}
