// SPDX-License-Identifier: Apache-2.0
// Every route for everybody, with every way to say who one is: refused or let through as the table
// of routes says.
#include "tests/server/api/api_fixture.h"

namespace muster::server {
namespace {

// A path of the route that leads to nothing: whoever is let through gets 404, or is told what is
// wrong with an empty body.
std::string path_of(const http::Route& route) {
  std::string out;
  for (const std::string_view part : split(std::string_view(route.pattern).substr(1), '/')) {
    if (!part.starts_with('{')) {
      out += '/' + std::string(part);
    } else {
      out += part == "{section}" ? "/os" : "/999999";
    }
  }
  return out;
}

std::string body_of(const http::Route& route) {
  return route.method == "GET" || route.method == "DELETE" ? "" : "{}";
}

bool refuses(const Answer& answer) {
  return answer.status() == 401 || answer.status() == 403;
}

TEST_CASE("every route lets through just those whose role has its permission", "[api][access]") {
  ApiFixture api;
  for (const http::Route& route : api.router.routes()) {
    const std::string target = path_of(route);
    const auto permission = api::permission_of(route);
    const bool is_public = route.access.is_open();
    CHECK(permission.has_value() == !is_public);
    const bool changes = route.method != "GET";
    CAPTURE(route.method, route.pattern);

    const Answer nobody = api.send({}, route.method, target, body_of(route));
    CHECK(refuses(nobody) == !is_public);
    if (is_public) continue;
    CHECK(nobody.status() == 401);
    CHECK(api.send({{"authorization", "Bearer mst_wrong"}}, route.method, target, body_of(route))
              .code() == "invalid_token");

    for (Person& person : api.people) {
      CAPTURE(person.user.name);
      const bool may_use = people::may(person.user.role, permission.value());
      const Answer with_token = api.send(person.token, route.method, target, body_of(route));
      CHECK(refuses(with_token) == !may_use);
      if (!may_use) {
        CHECK(with_token.code() == "forbidden");
        CHECK(with_token.at("permission") == people::to_string(permission.value()));
      }
      const Answer forged = api.send(person.session_only, route.method, target, body_of(route));
      CHECK(refuses(forged) == (!may_use || changes));
      if (may_use && changes) CHECK(forged.code() == "csrf");
      CHECK(refuses(api.send(person.session, route.method, target, body_of(route))) == !may_use);
      if (target == "/api/v1/session" && changes) api.sign_in_again(person);
    }
  }
}

TEST_CASE("who must choose a password can do nothing else", "[api][access]") {
  ApiFixture api;
  const Person person = api.add_person("novice", people::Role::kAdmin, true);
  for (const http::Route& route : api.router.routes()) {
    if (route.access.is_open()) continue;
    CAPTURE(route.method, route.pattern);
    const Answer answer = api.send(person.token, route.method, path_of(route), body_of(route));
    const bool own = api::permission_of(route) == people::Permission::kOwnAccount;
    CHECK((answer.code() == "password_change_required") == !own);
  }
}

TEST_CASE("a disabled account and a revoked token are refused at once", "[api][access]") {
  ApiFixture api;
  const std::string user = "/api/v1/users/" + std::to_string(api.viewer().user.id);
  CHECK(api.send(api.viewer().token, "GET", "/api/v1/items").status() == 200);
  CHECK(api.patch(user, api.get(user).etag(), R"({"disabled":true})").status() == 200);
  CHECK(api.send(api.viewer().token, "GET", "/api/v1/items").status() == 401);
  CHECK(api.send(api.viewer().session, "GET", "/api/v1/items").status() == 401);
  CHECK(api.patch(user, api.get(user).etag(), R"({"disabled":false})").status() == 200);
  CHECK(api.send(api.viewer().token, "GET", "/api/v1/items").status() == 200);
  CHECK(api.send(api.viewer().session, "GET", "/api/v1/items").status() == 401);

  const Answer tokens = api.send(api.viewer().token, "GET", "/api/v1/tokens");
  const std::string token = "/api/v1/tokens/" + tokens.at("data[0].token_id");
  CHECK(api.send(api.technician().token, "DELETE", token).code() == "token_not_found");
  CHECK(api.remove(token).status() == 204);
  CHECK(api.send(api.viewer().token, "GET", "/api/v1/items").code() == "invalid_token");
}

TEST_CASE("what is not in the table is not there, whoever asks", "[api][access]") {
  ApiFixture api;
  for (const char* target :
       {"/", "/api", "/api/v1", "/api/v1/nothing", "/api/v2/items", "/api/v1/items/",
        "/api/v1/items/1/nothing", "/api/v1/items/1/sections", "/agent/v1/report",
        "/.well-known/est/cacerts"}) {
    CAPTURE(target);
    CHECK(api.get(target).code() == "not_found");
    CHECK(api.send({}, "GET", target).status() == 404);
  }
  const Answer put = api.send(api.admin().token, "PUT", "/api/v1/items", "{}");
  CHECK(put.status() == 405);
  CHECK(put.header("Allow") == "GET, HEAD, POST");
}

TEST_CASE("every route refuses parameters and members that it does not know", "[api]") {
  ApiFixture api;
  const ApiDocument& document = ApiDocument::instance();
  for (const http::Route& route : api.router.routes()) {
    CAPTURE(route.method, route.pattern);
    const Answer asked =
        api.send(api.admin().token, route.method, path_of(route) + "?no_such=1", body_of(route));
    CHECK(asked.status() == 400);
    CHECK(asked.code() == "unknown_parameter");
    CHECK(asked.path() == "no_such");

    const bool has_body = document.operation(route)->find("requestBody") != nullptr;
    if (!has_body) continue;
    const Credentials match = {{"if-match", "\"v1\""}};
    const Answer told =
        api.send(api.admin().token, route.method, path_of(route), R"({"no_such":1})", match);
    CHECK(told.status() == 422);
    CHECK(told.code() == "unknown_field");
    CHECK(told.path() == "no_such");
    CHECK(api.send(api.admin().token, route.method, path_of(route), "{", match).code() ==
          "invalid_json");
    CHECK(api.send(api.admin().token, route.method, path_of(route), "[]", match).code() ==
          "invalid_value");
    CHECK(api.send(api.admin().token, route.method, path_of(route), "", match).code() ==
          "unsupported_media_type");
  }
}

TEST_CASE("a requester sees own tickets and own devices, and of others not that they are there",
          "[api][access]") {
  ApiFixture api;
  const Credentials& rena = api.requester().token;
  api.post("/api/v1/items", R"({"name":"laptop-of-rena","owner":"rena"})");
  api.post("/api/v1/items", R"({"name":"laptop-of-tone","owner":"tone"})");
  const std::string others =
      "/api/v1/tickets/" + api.post("/api/v1/tickets", R"({"title":"Not hers"})").at("number");

  CHECK(api.send(rena, "GET", others).status() == 404);
  CHECK(api.send(rena, "POST", others + "/notes", R"({"text":"hello"})").status() == 404);
  CHECK(api.send(rena, "GET", "/api/v1/tickets").size() == 0);
  CHECK(api.send(rena, "GET", "/api/v1/tickets?q=hers").size() == 0);

  const Answer own =
      api.send(rena, "POST", "/api/v1/tickets",
               R"({"title":"It does not start","items":[{"item":"laptop-of-rena"}]})");
  CHECK(own.status() == 201);
  CHECK(own.at("links[0].item_name") == "laptop-of-rena");
  CHECK(api.send(rena, "GET", "/api/v1/tickets").size() == 1);
  CHECK(api.send(rena, "GET", "/api/v1/tickets?item=laptop-of-rena").size() == 1);
  CHECK(api.send(rena, "POST", own.header("Location") + "/notes", R"({"text":"Still not"})")
            .at("kind") == "reply");

  // What is there and what is not read the same, down to the words.
  const auto told_of = [&](const std::string& name) {
    const Answer listed = api.send(rena, "GET", "/api/v1/tickets?item=" + name);
    const Answer made = api.send(rena, "POST", "/api/v1/tickets",
                                 R"({"title":"x","items":[{"item":")" + name + R"("}]})");
    CHECK(listed.code() == "item_not_found");
    CHECK(made.code() == "item_not_found");
    return std::pair(
        listed.at("detail").find("laptop-of-tone") == std::string::npos || name == "laptop-of-tone",
        listed.at("candidates"));
  };
  for (const char* name : {"laptop-of-tone", "laptop-of-nobody", "laptop", "2", "777"}) {
    CAPTURE(name);
    CHECK(told_of(name) == std::pair(true, std::string()));
  }
  CHECK(api.send(rena, "POST", "/api/v1/tickets", R"({"title":"x","requester":"tone"})").code() ==
        "forbidden");
}

}  // namespace
}  // namespace muster::server
