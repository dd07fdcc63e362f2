// SPDX-License-Identifier: Apache-2.0
// Answers of the API are true and say what they leave out: sections about persons, the future,
// times before an item was known, looks that failed, items that are no more.
#include "tests/server/api/api_fixture.h"

namespace muster::server {
namespace {

struct Said : ApiFixture {
  ReportingMachine web{*store, ingest, "web-1"};
  ReportingMachine twin{*store, ingest, "web-2"};
  Instant before = store.now();
  Instant first = before;

  Said() {
    store.pass(kHourMs);
    first = store.now();
    for (ReportingMachine* machine : {&web, &twin}) {
      machine->install("openssl", "3.0.8");
      machine->users["root"] = account("root", 0);
      machine->report();
    }
    store.pass(kHourMs);
    web.users["guest"] = account("guest", 1001);
    web.report();
  }
  static inventory::User account(const std::string& name, std::int64_t uid) {
    return {.name = name,
            .uid = uid,
            .gid = uid,
            .full_name = {},
            .home = {},
            .shell = {},
            .groups = {}};
  }
  std::size_t reads_on_record() {
    return get("/api/v1/audit?action=item.read_personal&limit=500").size();
  }
};

std::string time_of(Instant at) {
  return http::percent_encode(to_rfc3339(at));
}

TEST_CASE("compare, changes and context count accounts for who may read them", "[api][items]") {
  Said api;
  const Answer ticket =
      api.send(api.technician().token, "POST", "/api/v1/tickets",
               R"({"title":"who is guest","items":[{"item":"web-1"},{"item":"web-2"}]})");
  const std::string path = ticket.header("Location");
  for (const std::string& target :
       {std::string("/api/v1/compare?a=web-1&b=web-2"), std::string("/api/v1/items/web-1/changes"),
        path + "/context"}) {
    CAPTURE(target);
    const std::size_t on_record = api.reads_on_record();
    const Answer told = api.send(api.technician().token, "GET", target);
    CHECK(told.response.body.find("guest") != std::string::npos);
    CHECK(told.at("left_out").empty());
    CHECK(api.reads_on_record() == on_record + 1);

    const Answer less = api.send(api.viewer().token, "GET", target);
    CHECK(less.status() == 200);
    CHECK(less.response.body.find("guest") == std::string::npos);
    CHECK(less.at("left_out") == R"(["users"])");
    CHECK(api.reads_on_record() == on_record + 1);
  }
  // What was read, and of whom.
  const Answer audit = api.get("/api/v1/audit?action=item.read_personal");
  CHECK(audit.at("data[0].object") == "ticket/" + ticket.at("ticket_id"));
  CHECK(audit.at("data[0].detail") == R"({"sections":["users"],"items":[1]})");
  CHECK(audit.at("data[1].object") == "item/1");
  CHECK(audit.at("data[2].detail") == R"({"sections":["users"],"items":[1,2]})");
}

TEST_CASE("nothing is said to be left out where nothing was", "[api][items]") {
  Said api;
  CHECK(api.post("/api/v1/items", R"({"name":"printer-1"})").status() == 201);
  const Credentials& vida = api.viewer().token;
  for (const char* target :
       {"/api/v1/compare?a=printer-1&b=printer-1", "/api/v1/items/printer-1/changes",
        "/api/v1/compare?a=web-1&b=web-2&section=packages",
        "/api/v1/items/web-1/changes?section=packages"}) {
    CAPTURE(target);
    CHECK(api.send(vida, "GET", target).status() == 200);
    CHECK(api.send(vida, "GET", target).at("left_out").empty());
  }
  // A page of changes without any of accounts is no reading about persons.
  CHECK(api.get("/api/v1/items/web-1/changes?section=packages").status() == 200);
  CHECK(api.get("/api/v1/items/printer-1/changes").status() == 200);
  CHECK(api.get("/api/v1/items/web-1/sections/package").at("detail") ==
        "There is no section package; did you mean packages?");
  CHECK(api.get("/api/v1/items/web-1/changes?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z")
            .path() == "to");
  CHECK(api.reads_on_record() == 0);
}

TEST_CASE("the future is refused wherever a time is asked about", "[api][items]") {
  Said api;
  const std::string then = time_of(api.store.now() + 5 * kHourMs);
  const std::string soon = time_of(api.store.now() + 30'000);
  const std::vector<std::pair<std::string, std::string>> targets = {
      {"/api/v1/items?", "at"},
      {"/api/v1/items?", "known_at"},
      {"/api/v1/items/web-1?", "at"},
      {"/api/v1/items/web-1?", "known_at"},
      {"/api/v1/items/web-1/sections/packages?", "at"},
      {"/api/v1/items/web-1/sections/packages?", "known_at"},
      {"/api/v1/items/web-1/changes?", "at"},
      {"/api/v1/items/web-1/changes?", "known_at"},
      {"/api/v1/compare?a=web-1&b=web-2&", "a_at"},
      {"/api/v1/compare?a=web-1&b=web-2&", "b_at"}};
  for (const auto& [target, parameter] : targets) {
    CAPTURE(target, parameter);
    const Answer refused = api.get(target + parameter + '=' + then);
    CHECK(refused.status() == 400);
    CHECK(refused.code() == "time_in_future");
    CHECK(refused.path() == parameter);
    // Somebody's clock is a little ahead.
    CHECK(api.get(target + parameter + '=' + soon).status() == 200);
  }
}

TEST_CASE("an item says since when it is known", "[api][items]") {
  Said api;
  const std::string since = to_rfc3339(api.first);
  const std::string at = "at=" + time_of(api.before);
  for (const std::string& target :
       {"/api/v1/items/1?" + at, "/api/v1/items/web-1?" + at, "/api/v1/items/web-1/changes?" + at,
        "/api/v1/items/web-1/sections/os?" + at,
        "/api/v1/compare?a=web-1&b=web-1&a_at=" + time_of(api.before)}) {
    CAPTURE(target);
    const Answer answer = api.get(target);
    CHECK(answer.status() == 404);
    CHECK(answer.code() == "item_not_known_yet");
    CHECK(answer.at("detail") == "Item 1 was not known before " + since + '.');
    CHECK(answer.at("known_since") == since);
  }
  CHECK(api.get("/api/v1/items/nobody?" + at).code() == "item_not_found");

  // Known of then, but not yet then.
  const Answer unknown =
      api.get("/api/v1/items/web-1?at=" + time_of(api.first) + "&known_at=" + time_of(api.before));
  CHECK(unknown.code() == "item_not_known_yet");
  CHECK(unknown.at("detail") == "Item 1 was not recorded before " + since + '.');

  // It was called otherwise.
  const Answer now = api.get("/api/v1/items/web-1");
  CHECK(api.patch("/api/v1/items/web-1", now.etag(), R"({"name":"shop"})").status() == 200);
  const Answer renamed = api.get("/api/v1/items/shop?at=" + time_of(api.first));
  CHECK(renamed.code() == "item_not_found");
  CHECK(renamed.at("detail").find("which was called \"web-1\" then") != std::string::npos);
}

TEST_CASE("what was read in part is not called stale", "[api][items]") {
  Said api;
  using inventory::Status;
  const auto stale = [&] { return api.get("/api/v1/items/web-1/sections/packages").at("stale"); };
  CHECK(stale() == "false");
  for (const auto& [status, expected] : {std::pair(Status::kPartial, "false"),
                                         {Status::kDenied, "true"},
                                         {Status::kTimeout, "true"},
                                         {Status::kFailed, "true"}}) {
    CAPTURE(inventory::to_string(status));
    api.store.pass(kHourMs);
    api.web.statuses["dpkg"] = {status, "why"};
    api.web.report();
    CHECK(stale() == expected);
  }
  // A look that never succeeded has nothing of before to show.
  ReportingMachine never(*api.store, api.ingest, "never");
  never.statuses["dpkg"] = {Status::kDenied, "no permission"};
  never.report();
  const Answer section = api.get("/api/v1/items/never/sections/packages");
  CHECK(section.at("status") == "denied");
  CHECK(section.at("stale") == "false");
}

TEST_CASE("a ticket keeps a note of a linked item that was purged", "[api][items][tickets]") {
  Said api;
  const Answer ticket =
      api.post("/api/v1/tickets", R"({"title":"t","items":[{"item":"web-1","role":"cause"}]})");
  const std::string path = ticket.header("Location");
  CHECK(api.remove("/api/v1/items/web-1?confirm=web-1").status() == 204);
  const Answer after = api.get(path);
  CHECK(after.at("links") == "[]");
  CHECK(after.response.body.find(
            "item 1, linked as cause, was purged: it and its link are no more") !=
        std::string::npos);
  CHECK(api.get(path + "/context").status() == 200);
}

TEST_CASE("a class is named alike when it is entered and when it is asked about", "[api][items]") {
  ApiFixture api;
  for (const auto& [typed, kept] : {std::pair("laptop", "hardware.computer.laptop"),
                                    {"LAPTOP", "hardware.computer.laptop"},
                                    {"computer.laptop", "hardware.computer.laptop"},
                                    {"hardware.computer.laptop", "hardware.computer.laptop"},
                                    {"printer", "hardware.printer"}}) {
    CAPTURE(typed);
    const std::string body = R"({"name":"a","class":")" + std::string(typed) + R"("})";
    const Answer made = api.post("/api/v1/items", body);
    REQUIRE(made.status() == 201);
    CHECK(made.at("class") == kept);
    const std::string query = "/api/v1/items?q=class:" + std::string(typed);
    CHECK(api.get(query).at("data[0].class") == kept);
    const std::string path = made.header("Location");
    CHECK(api.patch(path, made.etag(), R"({"class":"server"})").at("class") ==
          "hardware.computer.server");
    CHECK(api.get(query).status() == 200);
  }
  const Answer wrong = api.post("/api/v1/items", R"({"name":"a","class":"laptp"})");
  CHECK(wrong.status() == 422);
  CHECK(wrong.path() == "class");
  CHECK(wrong.at("detail") == "There is no class laptp; did you mean hardware.computer.laptop?");
  const Answer asked = api.get("/api/v1/items?q=class:laptp");
  CHECK(asked.code() == "invalid_query");
  CHECK(asked.at("column") == "7");
  CHECK(asked.at("expected") == "laptop");
}

TEST_CASE("what compare knows of a side in part is said", "[api][items]") {
  Said api;
  ReportingMachine part(*api.store, api.ingest, "part");
  part.statuses["dpkg"] = {inventory::Status::kPartial, "a stanza is broken"};
  part.install("openssl", "3.0.8");
  part.report();
  ReportingMachine none(*api.store, api.ingest, "none");
  none.statuses["dpkg"] = {inventory::Status::kNotApplicable, "there is no dpkg"};
  none.report();
  ReportingMachine empty(*api.store, api.ingest, "empty");
  empty.report();
  const auto compared = [&](const std::string& other) {
    return api.get("/api/v1/compare?a=web-1&section=packages&b=" + other);
  };
  CHECK(compared("web-2").at("sections[0].incomplete").empty());
  CHECK(compared("part").at("sections[0].incomplete") == R"(["b"])");
  CHECK(compared("part").at("sections[0].same") == "1");
  for (const char* other : {"none", "empty"}) {
    CAPTURE(other);
    CHECK(compared(other).at("sections[0].not_compared") ==
          "the second side told of none, and every machine has some");
    CHECK(compared(other).at("sections[0].only_a") == "[]");
  }
  // The same in a query.
  const Answer without =
      api.get("/api/v1/items?q=" + http::percent_encode("NOT packages.name:zlib"));
  CHECK(without.at("total") == "2");
  CHECK(without.at("undetermined") == "3");
  CHECK(api.get("/api/v1/items?q=packages.name:openssl").at("total") == "3");
}

}  // namespace
}  // namespace muster::server
