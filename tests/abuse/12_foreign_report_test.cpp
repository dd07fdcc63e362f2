// SPDX-License-Identifier: Apache-2.0
// Case 12: an agent reports as another machine: with its agent id in the body or in a field of the
// head, with its serial number, UUID and machine-id. Expected: nothing in a body or a path names an
// agent; the other machine's rows are untouched (I4); who reports another's identifiers gets an
// item of its own or is flagged, with the evidence in its reason. Not covered: who enrols anew with
// another's hardware identifiers takes over its record by design (docs/security.md); asking a
// person first comes with the review of identities.
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

TEST_CASE("12 an agent writes for itself alone, whatever its reports say", "[abuse]") {
  Attacked here;
  const WireAgent a = here.enrolled("alpha");
  const WireAgent b = here.enrolled("beta");
  REQUIRE(a.send(a.report_json(1)).status == 200);
  REQUIRE(b.send(b.report_json(1)).status == 200);
  const std::string before =
      here.server.ask_as_admin({.path = "/api/v1/items/beta/sections/os"}).body;

  std::string forged = a.report_json(2);
  forged.insert(1, "\"agent_id\":\"" + b.agent_id() + "\",\"source_record\":2,\"item\":2,");
  CHECK(a.send(forged).status == 200);  // members that mean nothing are left alone
  HttpAsk named = WireAgent::ask_bytes(wire::compress(a.report_json(3)));
  for (const char* field : {"X-Agent-Id", "X-Client-Cert", "X-SSL-Client-S-DN", "X-Forwarded-For"})
    named.headers.emplace_back(field, b.agent_id());
  CHECK(here.ask_agents(named, a.identity()).status == 200);
  for (const std::string& path :
       {"/agent/v1/report/" + b.agent_id(), std::string("/agent/v1/report/"),
        "/agent/v1/" + b.agent_id() + "/report"}) {
    HttpAsk ask = WireAgent::ask_bytes(wire::compress(a.report_json(4)));
    ask.path = path;
    CHECK(here.ask_agents(ask, a.identity()).status == 404);
  }
  HttpAsk query = WireAgent::ask_bytes(wire::compress(a.report_json(4)));
  query.path += "?agent_id=" + b.agent_id();
  CHECK(here.ask_agents(query, a.identity()).status == 400);

  CHECK(here.items() == 2);
  const std::string after =
      here.server.ask_as_admin({.path = "/api/v1/items/beta/sections/os"}).body;
  CHECK(after.substr(0, after.find("\"confirmed")) == before.substr(0, before.find("\"confirmed")));
  CHECK(after.find("alpha") == std::string::npos);
  here.check_unharmed();
}

TEST_CASE("12 a known agent that suddenly has another's identifiers changes only its own rows",
          "[abuse]") {
  Attacked here;
  WireAgent a = here.enrolled("alpha");
  const WireAgent b = here.enrolled("beta");
  REQUIRE(a.send(a.report_json(1)).status == 200);
  REQUIRE(b.send(b.report_json(1)).status == 200);
  const std::string beta = here.server.ask_as_admin({.path = "/api/v1/items/2/sections/os"}).body;
  a.pretend_to_be("beta");  // its machine-id, serial number and host name
  REQUIRE(a.send(a.report_json(2)).status == 200);
  CHECK(here.items() == 2);
  const std::string still = here.server.ask_as_admin({.path = "/api/v1/items/2/sections/os"}).body;
  CHECK(beta.find("beta") != std::string::npos);
  CHECK(still == beta);
  CHECK(b.send(b.report_json(2)).status == 200);
  here.check_unharmed();
}
