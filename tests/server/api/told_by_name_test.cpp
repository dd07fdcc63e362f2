// SPDX-License-Identifier: Apache-2.0
// Lists and comparisons say what people call things, not only their numbers.
#include "tests/server/api/api_fixture.h"

namespace muster::server {
namespace {

struct Named : ApiFixture {
  ReportingMachine web{*store, ingest, "web-1"};
  ReportingMachine twin{*store, ingest, "web-2"};

  Named() {
    for (ReportingMachine* machine : {&web, &twin})
      machine->report();
  }
};

TEST_CASE("agents are listed with the names of their items", "[api][agents]") {
  Named api;
  const Answer agents = api.get("/api/v1/agents");
  REQUIRE(agents.size() == 2);
  std::set<std::string> names;
  for (const char* place : {"data[0].item_name", "data[1].item_name"})
    names.insert(agents.at(place));
  CHECK(names == std::set<std::string>{"web-1", "web-2"});
  CHECK(api.get("/api/v1/agents/" + api.web.agent_id).at("item_name") == "web-1");
}

TEST_CASE("a join token says whether it can be used", "[api][agents]") {
  Named api;
  CHECK(api.post("/api/v1/join-tokens", R"({"expires_in_s":3600})").at("state") == "usable");
  const std::string list = "/api/v1/join-tokens";
  CHECK(api.get(list).at("data[0].state") == "usable");
  api.store->write([](store::Transaction& transaction) {
    transaction.execute("UPDATE join_tokens SET uses = max_uses");
  });
  CHECK(api.get(list).at("data[0].state") == "used_up");
  api.store->write([](store::Transaction& transaction) {
    transaction.execute("UPDATE join_tokens SET uses = 0");
  });
  api.store.pass(2 * kHourMs);
  CHECK(api.get(list).at("data[0].state") == "expired");
  const std::string id = api.get(list).at("data[0].token_id");
  CHECK(api.remove(list + '/' + id).status() == 204);
  CHECK(api.get(list).at("data[0].state") == "revoked");
}

TEST_CASE("tickets are listed with the items that they are about", "[api][tickets]") {
  Named api;
  CHECK(
      api.post("/api/v1/tickets", R"({"title":"slow","items":[{"item":"web-1"},{"item":"web-2"}]})")
          .status() == 201);
  CHECK(api.post("/api/v1/tickets", R"({"title":"no item"})").status() == 201);
  const Answer tickets = api.get("/api/v1/tickets");
  REQUIRE(tickets.size() == 2);
  std::set<std::string> names;
  for (const char* place : {"data[0].item_names", "data[1].item_names"})
    names.insert(tickets.at(place));
  CHECK(names == std::set<std::string>{"[]", R"(["web-1","web-2"])"});
}

TEST_CASE("the audit log is asked by the name of an item or ticket", "[api][people]") {
  Named api;
  const Answer item = api.get("/api/v1/items/web-1");
  const std::string id = item.at("item_id");
  CHECK(api.patch("/api/v1/items/web-1", item.etag(), R"({"owner":"kos"})").status() == 200);
  CHECK(api.patch("/api/v1/items/web-1", api.get("/api/v1/items/web-1").etag(),
                  R"({"owner":"novak"})")
            .status() == 200);
  CHECK(api.post("/api/v1/agents/" + api.web.agent_id + "/revoke", R"({"reason":"stolen"})")
            .status() == 200);
  for (const std::string& object : {std::string("web-1"), "item/" + id}) {
    const Answer told = api.get("/api/v1/audit?object=" + http::percent_encode(object));
    // Newest first; what became of the agent of an item is told with the item.
    CHECK(told.at("data[0].action") == "agent.revoke");
    CHECK(told.at("data[1].detail") == R"({"owner":{"before":"kos","after":"novak"}})");
    CHECK(told.at("data[2].detail") == R"({"owner":{"after":"kos"}})");
  }
  CHECK(api.get("/api/v1/audit?object=nosuch").code() == "item_not_found");
  const std::string number = api.post("/api/v1/tickets", R"({"title":"slow"})").at("number");
  CHECK(api.get("/api/v1/audit?object=" + number).at("data[0].action") == "ticket.create");
}

TEST_CASE("a comparison has the names of the two, and leaves out their identity", "[api][items]") {
  Named api;
  api.web.install("openssl", "3.0.11");
  api.twin.install("openssl", "3.0.9");
  for (ReportingMachine* machine : {&api.web, &api.twin})
    machine->report();
  const auto has = [](const Answer& answer, const char* text) {
    return answer.response.body.find(text) != std::string::npos;
  };
  const Answer less = api.get("/api/v1/compare?a=web-1&b=web-2");
  CHECK(less.at("a.name") == "web-1");
  CHECK(less.at("b.name") == "web-2");
  CHECK(less.at("identity") == "false");
  CHECK(has(less, R"({"field":"version","a":"3.0.11","b":"3.0.9"})"));
  CHECK_FALSE(has(less, R"("field":"hostname")"));
  const Answer all = api.get("/api/v1/compare?a=web-1&b=web-2&identity=true");
  CHECK(all.at("identity") == "true");
  CHECK(has(all, R"("field":"hostname")"));
  // Of one machine at two times another identity is news.
  CHECK(api.get("/api/v1/compare?a=web-1&b=web-1").at("identity") == "true");
  CHECK(api.get("/api/v1/compare?a=web-1&b=web-1&identity=false").at("identity") == "false");
}

}  // namespace
}  // namespace muster::server
