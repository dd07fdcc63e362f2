// SPDX-License-Identifier: Apache-2.0
// Case 16: every route of the table times nobody and four roles times own and foreign objects, with
// members that are not theirs to set, and routes that nobody declared.
// Expected: what the table in server/api/core/routes.cpp says and nothing else; a foreign object
// reads like one that is not there; unknown members are 422; undeclared routes 404 or 405. All
// routes are walked: the table is the list, so a new route is in the matrix when it is in the
// table. Not covered: bodies with many objects, since no route takes them yet. The in-process
// matrix with every way of saying who one is: tests/server/api/access_matrix_test.cpp.
#include "server/api/core/routes.h"
#include "tests/server/api/api_fixture.h"

namespace muster::server {
namespace {

// For each parameter of a pattern: one that is there and belongs to somebody else, and one that is
// not there.
std::string path_of(const http::Route& route, const std::map<std::string, std::string>& objects) {
  std::string out;
  for (const std::string_view part : split(std::string_view(route.pattern).substr(1), '/')) {
    if (!part.starts_with('{')) {
      out += '/' + std::string(part);
      continue;
    }
    const auto found = objects.find(std::string(part.substr(1, part.size() - 2)));
    out += '/' + (found == objects.end() ? "none" : found->second);
  }
  return out;
}

struct World {
  World() {
    api.post("/api/v1/items", R"({"name":"anas-laptop","owner":"ana"})");
    api.post("/api/v1/items", R"({"name":"renas-laptop","owner":"rena"})");
    foreign_ticket = api.post("/api/v1/tickets", R"({"title":"anas"})").at("number");
    own_ticket = api.send(api.requester().token, "POST", "/api/v1/tickets", R"({"title":"renas"})")
                     .at("number");
    token_id = api.get("/api/v1/tokens").at("data[0].token_id");
    foreign = {{"item", "1"},          {"ticket", foreign_ticket}, {"user_id", "4"},
               {"token_id", token_id}, {"section", "os"},          {"link_id", "1"},
               {"agent_id", "none"}};
  }
  ApiFixture api;
  std::string foreign_ticket;
  std::string own_ticket;
  std::string token_id;
  std::map<std::string, std::string> foreign;
};

TEST_CASE("16 every route, for nobody and every role, on somebody else's objects", "[abuse]") {
  World world;
  ApiFixture& api = world.api;
  int asked = 0;
  std::set<std::string> walked;
  for (const http::Route& route : api.router.routes()) {
    walked.insert(route.method + ' ' + route.pattern);
    const std::string target = path_of(route, world.foreign);
    const bool is_public = route.access.is_open();
    const bool reads = route.method == "GET";
    CAPTURE(route.method, target);
    // What changes something gets a body that it cannot take, so that the world stays as it is.
    const std::string body = reads || route.method == "DELETE" ? "" : R"({"no_such_member":1})";
    if (!is_public) {
      const Answer nobody = api.send({}, route.method, target, body);
      CHECK(nobody.status() == 401);
      ++asked;
    }
    if (route.method == "DELETE") continue;  // below, where the world may break
    for (const Person& person : api.people) {
      CAPTURE(person.user.name);
      const Answer answer = api.send(person.token, route.method, target, body);
      ++asked;
      if (is_public) continue;
      const bool may_use = people::may(person.user.role, api::permission_of(route).value());
      if (!may_use) {
        CHECK(answer.status() == 403);
        CHECK(answer.code() == "forbidden");
      } else {
        CHECK(answer.status() != 401);
        CHECK(answer.code() != "forbidden");
        // Mass assignment gets nobody anything. Archiving takes no body, and every item is a
        // technician's to archive.
        if (!reads && !route.pattern.ends_with("archive")) CHECK(answer.status() >= 400);
      }
      CHECK(answer.status() < 500);
    }
  }
  for (const http::Route& route : api.router.routes()) {
    if (route.method != "DELETE" || route.access.is_open()) continue;
    const std::string target = path_of(route, world.foreign);
    for (const Person& person : {api.requester(), api.viewer(), api.technician()}) {
      CAPTURE(target, person.user.name);
      if (target == "/api/v1/session") continue;
      const Answer answer = api.send(person.token, "DELETE", target);
      ++asked;
      const bool may_use = people::may(person.user.role, api::permission_of(route).value());
      CHECK(answer.status() >= 400);  // of what is foreign nothing is removed
      if (!may_use) CHECK(answer.status() == 403);
    }
  }
  CHECK(walked.size() == api.router.routes().size());
  std::printf("case 16: %zu of %zu routes walked, %d requests\n", walked.size(),
              api.router.routes().size(), asked);
  CHECK(api.get("/api/v1/items").at("total") == "2");
  CHECK(api.get("/api/v1/users").size() == 4);
}

TEST_CASE("16 a requester tells no foreign object from one that is not there", "[abuse]") {
  World world;
  ApiFixture& api = world.api;
  const Credentials& rena = api.requester().token;
  const auto same = [&](const std::string& method, const std::string& there,
                        const std::string& not_there, const std::string& body = "") {
    const Answer foreign = api.send(rena, method, there, body);
    const Answer missing = api.send(rena, method, not_there, body);
    CAPTURE(method, there);
    CHECK(foreign.status() == missing.status());
    CHECK(foreign.code() == missing.code());
    CHECK(foreign.status() >= 400);
  };
  const std::string foreign = "/api/v1/tickets/" + world.foreign_ticket;
  same("GET", foreign, "/api/v1/tickets/INC-99999");
  same("POST", foreign + "/notes", "/api/v1/tickets/INC-99999/notes", R"({"text":"x"})");
  same("PATCH", foreign, "/api/v1/tickets/INC-99999", "{}");
  same("GET", foreign + "/context", "/api/v1/tickets/INC-99999/context");
  same("GET", "/api/v1/items/1", "/api/v1/items/999");
  same("GET", "/api/v1/tickets?item=anas-laptop", "/api/v1/tickets?item=nobodys-laptop");
  same("DELETE", "/api/v1/tokens/" + world.token_id, "/api/v1/tokens/999");
  CHECK(api.send(rena, "GET", "/api/v1/tickets/" + world.own_ticket).status() == 200);
}

TEST_CASE("16 nobody sets what is not theirs to set", "[abuse]") {
  World world;
  ApiFixture& api = world.api;
  const std::string own = "/api/v1/tickets/" + world.own_ticket;
  for (const char* member :
       {R"("requester":"tone")", R"("number":"INC-1")", R"("created_at":"2020-01-01T00:00:00Z")",
        R"("state":"closed")", R"("assignee":"rena")", R"("ticket_id":1)", R"("version":9)"}) {
    const Answer answer = api.send(api.requester().token, "POST", "/api/v1/tickets",
                                   std::string(R"({"title":"x",)") + member + '}');
    CAPTURE(member, answer.code());
    CHECK((answer.status() == 422 || answer.status() == 403));
  }
  for (const char* member :
       {R"("role":"admin")", R"("user_id":1)", R"("user":"ana")", R"("must_change_password":false)",
        R"("expires_at":"2099-01-01T00:00:00Z")"}) {
    CHECK(api.send(api.viewer().token, "POST", "/api/v1/tokens",
                   std::string(R"({"name":"x",)") + member + '}')
              .status() == 422);
    CHECK(api.send(api.viewer().token, "PUT", "/api/v1/session/password",
                   std::string(R"({"current_password":"x","new_password":"y",)") + member + '}')
              .status() == 422);
  }
  for (const char* member : {R"("item_id":7)", R"("created_at":1)", R"("source":"agent")",
                             R"("archived":true)", R"("__proto__":{})"}) {
    CHECK(api.send(api.technician().token, "POST", "/api/v1/items",
                   std::string(R"({"name":"x",)") + member + '}')
              .status() == 422);
  }
  for (const char* role : {"admin", "technician"}) {
    const Answer answer =
        api.send(api.technician().token, "PATCH", "/api/v1/users/3",
                 std::string(R"({"role":")") + role + "\"}", {{"if-match", "\"v1\""}});
    CHECK(answer.status() == 403);
  }
}

TEST_CASE("16 what nobody declared is not there, with any method", "[abuse]") {
  World world;
  ApiFixture& api = world.api;
  for (const char* target :
       {"/api/v1", "/api/v2/items", "/api/v1/items/1/nothing", "/api/v1/sql", "/api/v1/jobs",
        "/admin", "/api/v1/users/1/tokens", "/api/v1/debug", "/api/v1/items/1/sections"}) {
    for (const char* method :
         {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"}) {
      CAPTURE(method, target);
      CHECK(api.send(api.admin().token, method, target).status() == 404);
      CHECK(api.send({}, method, target).status() == 404);
    }
  }
  for (const http::Route& route : api.router.routes()) {
    const std::string target = path_of(route, world.foreign);
    for (const char* method : {"TRACE", "CONNECT", "OPTIONS", "PROPFIND", "get"}) {
      const Answer answer = api.send(api.admin().token, method, target);
      CAPTURE(method, target);
      CHECK(answer.status() == 405);
      CHECK_FALSE(answer.header("Allow").empty());
    }
  }
}

}  // namespace
}  // namespace muster::server
