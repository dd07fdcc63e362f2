// SPDX-License-Identifier: Apache-2.0
// Case 11: credentials where they do not belong: an agent's certificate on the people's listener, a
// session or an API token on the agents', a join token as a bearer token and as a password.
// Expected: 401 or 403 each, and what was refused is known: in the request log with its peer, and a
// refused sign-in in the audit log too.
// Not covered: nothing known.
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("11 no credential opens another door than its own", "[abuse]") {
  Attacked here;
  const WireAgent agent = here.enrolled("victim");
  const SomePerson tone = here.person("tone", "technician");
  const std::string join_code = here.server.join_code();
  const std::string join_token = crypto::parse_join_code(join_code).value().token;

  // The people's listener asks for no certificate and listens to none.
  for (const char* path : {"/api/v1/items", "/api/v1/session", "/metrics"}) {
    const HttpAnswer answer = exchange(here.server.people_port(), {.path = path}, agent.identity());
    CHECK(answer.status == 401);
  }
  CHECK(exchange(here.server.people_port(),
                 WireAgent::ask_bytes(wire::compress(agent.report_json(1))), agent.identity())
            .status == 404);
  // Nor does the agents' listener to what people have.
  for (const std::vector<std::pair<std::string, std::string>>& who :
       std::vector<std::vector<std::pair<std::string, std::string>>>{
           {{"Authorization", "Bearer " + tone.token}},
           {{"Authorization", "Bearer " + join_token}},
           {{"Authorization", "Basic " + to_base64("muster:" + join_token)}},
           {{"Cookie", tone.cookie}, {"X-CSRF-Token", tone.csrf_token}}}) {
    HttpAsk report = WireAgent::ask_bytes(wire::compress(agent.report_json(1)));
    report.headers.insert(report.headers.end(), who.begin(), who.end());
    const HttpAnswer answer = here.ask_agents(report);
    CHECK(answer.status == 401);
    CHECK(answer.text("code") == "certificate_missing");
    CHECK(here.ask_agents({.path = "/api/v1/items", .headers = who}).status == 404);
  }
  HttpAsk enrolment = {.method = "POST",
                       .path = "/.well-known/est/simpleenroll",
                       .headers = {{"Content-Type", "application/pkcs10"},
                                   {"Authorization", "Basic " + to_base64("tone:" + tone.token)}},
                       .body = "AAAA"};
  CHECK(here.ask_agents(enrolment).status == 401);
  for (const std::string& bearer :
       {join_token, join_code, tone.cookie, agent.agent_id(), std::string("mst_"),
        "mst_" + std::string(52, 'a'), std::string(10'000, 'a'), tone.token + "a"}) {
    const HttpAnswer answer = here.ask_with_token(bearer, {.path = "/api/v1/items"});
    CHECK(answer.status == 401);
  }
  CHECK(here.sign_in("tone", join_token).status == 401);
  CHECK(here.sign_in("tone", tone.token).status == 401);

  const std::string audit =
      here.server.ask_as_admin({.path = "/api/v1/audit?action=session.refuse"}).body;
  CHECK(audit.find("user/") != std::string::npos);
  CHECK(audit.find(join_token) == std::string::npos);
  const std::string log = here.server.log();
  CHECK(log.find("status=401") != std::string::npos);
  for (const std::string& secret : {join_token, tone.token, tone.cookie.substr(30)})
    CHECK(log.find(secret) == std::string::npos);
  here.check_unharmed();
}
