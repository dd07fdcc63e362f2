// SPDX-License-Identifier: Apache-2.0
// What agents, stolen certificates and strangers must not get from the agents' listener.
#include <catch2/catch.hpp>

#include "tests/end_to_end/database.h"
#include "tests/end_to_end/wire_agent.h"

using namespace muster;
using namespace muster::test;

namespace {

struct Installed {
  Installed() { server.start(); }
  WireAgent enrolled(const std::string& hostname) {
    WireAgent agent(server, hostname);
    if (agent.enroll(server.join_code()).status != 200) {
      throw std::runtime_error("not enrolled: " + server.log());
    }
    return agent;
  }
  std::string items() { return server.ask_as_admin({.path = "/api/v1/items"}).body; }
  HttpAnswer ask_agents(const HttpAsk& ask) { return exchange(server.agents_port(), ask); }
  Ended s_client(std::vector<std::string> more) {
    more.insert(more.begin(), {"openssl", "s_client", "-connect",
                               "127.0.0.1:" + std::to_string(server.agents_port())});
    return run_program(more, "GET /.well-known/est/cacerts HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  ServerProcess server;
};

}  // namespace

TEST_CASE("the agents' listener speaks TLS 1.3 only and resumes no session", "[end_to_end]") {
  Installed here;
  CHECK(here.s_client({"-tls1_2"}).code != 0);
  RawTls old;
  old.version = TLS1_2_VERSION;
  CHECK_FALSE(RawClient(here.server.agents_port()).start_tls(old));

  const std::string session = (here.server.folder() / "session.pem").string();
  const Ended first = here.s_client({"-tls1_3", "-ign_eof", "-sess_out", session});
  CHECK_THAT(first.out, Catch::Contains("New, TLSv1.3"));
  CHECK_THAT(first.out, Catch::Contains("200 OK"));
  // Without a ticket there is nothing to resume with; a client that kept something all the same is
  // asked for everything anew.
  if (std::filesystem::exists(session)) {
    const Ended again = here.s_client({"-tls1_3", "-ign_eof", "-sess_in", session});
    CHECK_THAT(again.out, !Catch::Contains("Reused"));
  }
  CHECK_THAT(first.out, !Catch::Contains("New Session Ticket"));
}

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
  Installed elsewhere;
  const WireAgent stranger = elsewhere.enrolled("stranger");
  const HttpAnswer answer =
      exchange(here.server.agents_port(),
               WireAgent::ask_bytes(wire::compress(stranger.report_json(1))), stranger.identity());
  CHECK(answer.status == 0);
  CHECK_THAT(here.items(), Catch::Contains("\"total\":0"));
}

TEST_CASE("a revoked agent is refused at its next request, on an open connection too",
          "[end_to_end]") {
  Installed here;
  const WireAgent agent = here.enrolled("lost");
  REQUIRE(agent.send(agent.report_json(1)).status == 200);

  RawClient open(here.server.agents_port());
  REQUIRE(open.start_tls(agent.identity()));
  const HttpAnswer revoked =
      here.server.ask_as_admin({.method = "POST",
                                .path = "/api/v1/agents/" + agent.agent_id() + "/revoke",
                                .body = "{\"reason\":\"lost\"}"});
  REQUIRE(revoked.status == 200);

  REQUIRE(open.send(to_bytes(WireAgent::ask_bytes(wire::compress(agent.report_json(2))))));
  const HttpAnswer refused = read_answer(open);
  CHECK(refused.status == 403);
  CHECK(refused.text("code") == "agent_revoked");
  CHECK(agent.send(agent.report_json(2)).text("code") == "agent_revoked");
  CHECK(agent.renew().text("code") == "agent_revoked");
}

TEST_CASE("an agent writes for itself alone, whatever its reports say", "[end_to_end]") {
  Installed here;
  const WireAgent a = here.enrolled("alpha");
  const WireAgent b = here.enrolled("beta");
  REQUIRE(a.send(a.report_json(1)).status == 200);
  REQUIRE(b.send(b.report_json(1)).status == 200);

  std::string forged = a.report_json(2);
  forged.insert(1, "\"agent_id\":\"" + b.agent_id() + "\",\"source_record\":2,");
  const HttpAnswer answer = a.send(forged);
  CHECK((answer.status == 200 || answer.status == 422));
  const std::string beta =
      here.server.ask_as_admin({.path = "/api/v1/items/beta/sections/os"}).body;
  CHECK_THAT(beta, Catch::Contains("beta") && !Catch::Contains("alpha"));
  CHECK_THAT(here.items(), Catch::Contains("\"total\":2"));
}

TEST_CASE("what is no report is refused with a stable code, and nothing is stored",
          "[end_to_end]") {
  Installed here;
  const WireAgent agent = here.enrolled("victim");
  const std::string right = agent.report_json(1);

  SECTION("compression") {
    CHECK(agent.send_bytes(right).text("code") == "invalid_compression");
    CHECK(agent.send_bytes("").text("code") == "invalid_compression");
    std::string cut = wire::compress(right);
    cut.resize(cut.size() / 2);
    CHECK(agent.send_bytes(cut).text("code") == "invalid_compression");
    CHECK(agent.send_bytes(wire::compress(right) + "more").text("code") == "invalid_compression");
    HttpAsk plain = WireAgent::ask_bytes(right);
    plain.headers = {{"Content-Type", "application/json"}};
    const HttpAnswer refused = exchange(here.server.agents_port(), plain, agent.identity());
    CHECK(refused.status == 415);
    CHECK(refused.text("code") == "unsupported_encoding");
    const HttpAnswer bomb =
        agent.send_bytes(wire::compress(std::string(wire::kReportBytes + 1, ' ')));
    CHECK(bomb.status == 413);
    CHECK(bomb.text("code") == "body_too_large");
  }
  SECTION("JSON") {
    for (const std::string json : {"", "{", "[]", "null", "{}}", "\xEF\xBB\xBF{}"}) {
      const HttpAnswer answer = agent.send(json);
      INFO(json << " " << answer.body);
      CHECK((answer.status == 400 || answer.status == 422));
      CHECK((answer.text("code") == "invalid_json" || answer.text("code") == "invalid_report"));
    }
    CHECK(agent.send("{\"format\":99}").text("code") == "unsupported_format");
  }
  CHECK(here.server.is_running());
  CHECK_THAT(here.items(), Catch::Contains("\"total\":0"));
  CHECK(agent.send(right).status == 200);
  CHECK_THAT(here.items(), Catch::Contains("\"total\":1"));
}

TEST_CASE("a wrong section costs that section, an old report is stale", "[end_to_end]") {
  Installed here;
  const WireAgent agent = here.enrolled("mixed");
  const auto replaced = [](std::string json, const std::string& what, const std::string& by) {
    const auto at = json.find(what);
    if (at == std::string::npos) throw std::runtime_error("no " + what + " in " + json);
    return json.replace(at, what.size(), by);
  };
  REQUIRE(agent.send(agent.report_json(5)).status == 200);

  const HttpAnswer stale = agent.send(agent.report_json(4));
  CHECK(stale.status == 409);
  CHECK(stale.text("code") == "stale_sequence");
  CHECK_THAT(stale.body, Catch::Contains("\"last_sequence\":5"));

  const HttpAnswer unknown =
      agent.send(replaced(agent.report_json(6), "\"system\":{", "\"teapots\":{"));
  REQUIRE(unknown.status == 200);
  CHECK_THAT(unknown.body, Catch::Contains("\"ignored\":[\"teapots\"]"));

  const HttpAnswer wrong_type =
      agent.send(replaced(agent.report_json(7), "\"name\":\"Debian GNU/Linux\"", "\"name\":17"));
  REQUIRE(wrong_type.status == 200);
  CHECK_THAT(wrong_type.body, Catch::Contains("\"refused\":{\"os\":{"));

  std::string json = agent.report_json(8);
  const auto hash = json.find("\"hash\":\"", json.find("\"os\":{")) + 8;
  json[hash] = json[hash] == '0' ? '1' : '0';
  const HttpAnswer wrong_hash = agent.send(json);
  REQUIRE(wrong_hash.status == 200);
  CHECK_THAT(wrong_hash.body, Catch::Contains("os"));

  CHECK_THAT(here.server.ask_as_admin({.path = "/api/v1/items/mixed/sections/os"}).body,
             Catch::Contains("Debian GNU/Linux"));
  const Ended doctor = here.server.command({"doctor"});
  INFO(doctor.out);
  CHECK(doctor.code == 0);
}

TEST_CASE("a join token that is used up, expired, revoked or forged enrols nobody",
          "[end_to_end]") {
  Installed here;
  const std::string once = here.server.join_code("{\"max_uses\":1}");
  CHECK(WireAgent(here.server, "first").enroll(once).status == 200);
  const HttpAnswer second = WireAgent(here.server, "second").enroll(once);
  CHECK(second.status == 401);
  CHECK(second.text("code") == "token_used_up");

  const HttpAnswer made = here.server.ask_as_admin(
      {.method = "POST", .path = "/api/v1/join-tokens", .body = "{\"max_uses\":5}"});
  const std::string id = made.text("token_id");
  CHECK(
      here.server.ask_as_admin({.method = "DELETE", .path = "/api/v1/join-tokens/" + id}).status ==
      204);
  CHECK(WireAgent(here.server, "third").enroll(made.text("join_code")).text("code") ==
        "token_revoked");

  const std::string late = here.server.join_code();
  database_session(here.server)
      ->execute("UPDATE join_tokens SET expires_at = 1 WHERE uses = 0 AND revoked_at IS NULL");
  CHECK(WireAgent(here.server, "late").enroll(late).text("code") == "token_expired");

  tls::JoinCode forged = tls::parse_join_code(once).value();
  forged.token.back() = forged.token.back() == 'a' ? 'b' : 'a';
  CHECK(
      WireAgent(here.server, "fourth").enroll(tls::encode_join_code(forged).value()).text("code") ==
      "token_unknown");
}
