// SPDX-License-Identifier: Apache-2.0
// What the agents' listener says to agents that have no certificate, another authority's, or a report that
// it does not take. What an attacker makes of it is in tests/abuse.
#include <catch2/catch.hpp>

#include "tests/support/programs/wire_agent.h"

using namespace muster;
using namespace muster::test;

namespace {

struct Installed {
  explicit Installed(Made made = Made::kCopied) : server(made) { server.start(); }
  WireAgent enrolled(const std::string& hostname) {
    WireAgent agent(server, hostname);
    if (agent.enroll(server.join_code()).status != 200) {
      throw std::runtime_error("not enrolled: " + server.log());
    }
    return agent;
  }
  std::string items() { return server.ask_as_admin({.path = "/api/v1/items"}).body; }
  HttpAnswer ask_agents(const HttpAsk& ask) { return exchange(server.agents_port(), ask); }

  ServerProcess server;
};

}  // namespace

TEST_CASE("without a certificate there are only the authorities and enrolment", "[end_to_end]") {
  Installed here;
  CHECK(here.ask_agents({.path = "/.well-known/est/cacerts"}).status == 200);
  const HttpAnswer report = here.ask_agents(WireAgent::ask_bytes(wire::compress("{}")));
  CHECK(report.status == 401);
  CHECK(report.text("code") == "certificate_missing");
  CHECK(report.header("Content-Type") == "application/problem+json");
  const HttpAnswer renewal = here.ask_agents({.method = "POST",
                                              .path = "/.well-known/est/simplereenroll",
                                              .headers = {{"Content-Type", "application/pkcs10"}},
                                              .body = "x"});
  CHECK(renewal.status == 401);
  CHECK(renewal.text("code") == "certificate_missing");
  const HttpAnswer enrolment = here.ask_agents({.method = "POST",
                                                .path = "/.well-known/est/simpleenroll",
                                                .headers = {{"Content-Type", "application/pkcs10"}},
                                                .body = "x"});
  CHECK(enrolment.status == 401);
  CHECK(enrolment.text("code") == "credentials_missing");
  CHECK(enrolment.header("WWW-Authenticate").starts_with("Basic "));
  for (const char* path : {"/api/v1/items", "/metrics", "/healthz", "/downloads", "/"}) {
    CHECK(here.ask_agents({.path = path}).status == 404);
  }
}

TEST_CASE("a certificate of another authority does not pass the handshake", "[end_to_end]") {
  Installed here;
  Installed elsewhere(Made::kByInit);
  const WireAgent stranger = elsewhere.enrolled("stranger");
  const HttpAnswer answer =
      exchange(here.server.agents_port(),
               WireAgent::ask_bytes(wire::compress(stranger.report_json(1))), stranger.identity());
  CHECK(answer.status == 0);
  CHECK_THAT(here.items(), Catch::Contains("\"total\":0"));
}

TEST_CASE("a report of another form, format or sequence is refused with a stable code",
          "[end_to_end]") {
  Installed here;
  const WireAgent agent = here.enrolled("victim");
  const std::string right = agent.report_json(5);
  REQUIRE(agent.send(right).status == 200);

  CHECK(agent.send_bytes("").text("code") == "invalid_compression");
  HttpAsk plain = WireAgent::ask_bytes(right);
  plain.headers = {{"Content-Type", "application/json"}};
  const HttpAnswer refused = exchange(here.server.agents_port(), plain, agent.identity());
  CHECK(refused.status == 415);
  CHECK(refused.text("code") == "unsupported_encoding");
  for (const std::string json : {"", "{", "[]", "null", "{}}", "\xEF\xBB\xBF{}"}) {
    const HttpAnswer answer = agent.send(json);
    INFO(json << " " << answer.body);
    CHECK((answer.status == 400 || answer.status == 422));
    CHECK((answer.text("code") == "invalid_json" || answer.text("code") == "invalid_report"));
  }
  CHECK(agent.send("{\"format\":99}").text("code") == "unsupported_format");

  const HttpAnswer stale = agent.send(agent.report_json(4));
  CHECK(stale.status == 409);
  CHECK(stale.text("code") == "stale_sequence");
  CHECK_THAT(stale.body, Catch::Contains("\"last_sequence\":5"));
  CHECK_THAT(here.items(), Catch::Contains("\"total\":1"));
}
