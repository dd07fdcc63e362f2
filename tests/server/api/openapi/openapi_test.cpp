// SPDX-License-Identifier: Apache-2.0
// openapi.yaml against the table of routes and, through the fixture, against real answers.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/server/api/api_fixture.h"

namespace muster::server {
namespace {

std::string name_of(const http::Route& route) {
  return route.method + ' ' + route.pattern;
}

TEST_CASE("openapi.yaml describes just the operations of the table of routes", "[api][openapi]") {
  ApiFixture api;
  std::set<std::string> routes, described;
  for (const http::Route& route : api.router.routes())
    routes.insert(name_of(route));
  for (const auto& [path, operations] : *ApiDocument::instance().root().find("paths")->object()) {
    for (const auto& [method, operation] : *operations.object()) {
      std::string upper = method;
      for (char& c : upper)
        c = static_cast<char>(c - 'a' + 'A');
      described.insert(upper + ' ' + path);
    }
  }
  CHECK(routes == described);
}

TEST_CASE("openapi.yaml says of each operation what the table says", "[api][openapi]") {
  ApiFixture api;
  const ApiDocument& document = ApiDocument::instance();
  std::set<std::string> ids;
  for (const http::Route& route : api.router.routes()) {
    CAPTURE(name_of(route));
    const JsonValue* operation = document.operation(route);
    REQUIRE(operation != nullptr);
    CHECK(ids.insert(operation->text_at("operationId").value()).second);

    REQUIRE(route.query_names);
    CHECK(document.parameters(*operation, "query") ==
          std::set<std::string>(route.query_names->begin(), route.query_names->end()));
    std::set<std::string> path_names;
    for (const std::string_view part : split(route.pattern, '/')) {
      if (part.starts_with('{')) path_names.emplace(part.substr(1, part.size() - 2));
    }
    CHECK(document.parameters(*operation, "path") == path_names);

    const bool is_public = route.access.is_open();
    CHECK(operation->text_at("x-permission") ==
          (is_public ? "none" : people::to_string(api::permission_of(route).value())));
    CHECK((operation->find("security") != nullptr) == is_public);
    const bool takes_csrf = document.parameters(*operation, "header").contains("X-CSRF-Token");
    CHECK(takes_csrf == (!is_public && route.method != "GET"));
  }
}

// Calls `visit` for every object in the document.
template <class Visit>
void for_each_object(const JsonValue& value, const Visit& visit) {
  if (value.object() != nullptr) {
    visit(value);
    for (const auto& [name, member] : *value.object())
      for_each_object(member, visit);
  }
  if (value.array() != nullptr) {
    for (const JsonValue& member : *value.array())
      for_each_object(member, visit);
  }
}

TEST_CASE("references of openapi.yaml lead somewhere and its examples fit their schemas",
          "[api][openapi]") {
  const JsonValue& root = ApiDocument::instance().root();
  std::set<std::string> used;
  int examples = 0;
  for_each_object(root, [&](const JsonValue& object) {
    if (const auto reference = object.text_at("$ref")) {
      used.insert(*reference);
      CHECK_NOTHROW(at_pointer(root, *reference));
    }
    const JsonValue* schema = object.find("schema");
    const JsonValue* example = object.find("example");
    if (schema == nullptr || example == nullptr) return;
    ++examples;
    CAPTURE(example->dump());
    CHECK(JsonSchema::violations(root, *schema, *example) == std::vector<std::string>{});
  });
  CHECK(examples > 20);
  for (const auto& [kind, components] : *root.find("components")->object()) {
    if (kind == "securitySchemes") continue;
    for (const auto& [name, component] : *components.object()) {
      CAPTURE(kind, name);
      CHECK(used.contains("#/components/" + kind + '/' + name));
    }
  }
}

TEST_CASE("the reader of the YAML subset reads no more than it says", "[api][openapi]") {
  CHECK(YamlSubset::parse("a: 1\nb:\n  - x: \"y: z\"\n    w: [p, 2]\n  - plain\n# c\nd: >-\n  one\n"
                          "  two\n\"200\": {}\n")
            .dump() == R"({"a":1,"b":[{"x":"y: z","w":["p",2]},"plain"],"d":"one two","200":{}})");
  for (const char* bad : {"a: &x 1", "a: *x", "a: !t 1", "a: 'x'", "a: |\n  x", "a: {b: 1}",
                          "a: [b, [c]]", "a: 1\na: 2", "a:\n    b: 1", "a: b: c", "a: x #y",
                          "\ta: 1", "a", "a: 1 ", "a: 1\n  b: 2", "a: \"x"}) {
    CAPTURE(bad);
    CHECK_THROWS_AS(YamlSubset::parse(bad), std::runtime_error);
  }
}

TEST_CASE("the validator of schemas finds what does not fit", "[api][openapi]") {
  const auto found = [](const char* schema, const char* value) {
    static const JsonValue root =
        JsonValue::parse(R"({"s":{"T":{"type":"string","format":"date-time"}}})").value();
    return JsonSchema::violations(root, JsonValue::parse(schema).value(),
                                  JsonValue::parse(value).value())
        .size();
  };
  const char* object =
      R"({"type":"object","required":["a"],"properties":{"a":{"type":["integer","null"]},)"
      R"("t":{"$ref":"#/s/T"},"l":{"type":"array","items":{"enum":["x","y"]}}},"additionalProperties":false})";
  CHECK(found(object, R"({"a":1,"t":"2026-11-23T08:00:00Z","l":["x","y"]})") == 0);
  CHECK(found(object, R"({"a":null})") == 0);
  CHECK(found(object, R"({})") == 1);
  CHECK(found(object, R"({"a":"1"})") == 1);
  CHECK(found(object, R"({"a":1,"b":1})") == 1);
  CHECK(found(object, R"({"a":1,"t":"yesterday"})") == 1);
  CHECK(found(object, R"({"a":1,"l":["x","z"]})") == 1);
  CHECK(found(object, R"([])") == 1);
  CHECK(found(R"({"type":"integer","minimum":1,"maximum":3})", "4") == 1);
  CHECK(found(R"({"type":"string","minLength":2,"pattern":"^a"})", R"("b")") == 2);
  CHECK(found(R"({"additionalProperties":{"type":"string"}})", R"({"x":1})") == 1);
  CHECK(found(R"({"anyOf":[]})", "1") == 1);
}

void drive_session(ApiFixture& api) {
  CHECK(api.send({}, "POST", "/api/v1/session", R"({"name":"rena","password":"wrong"})").code() ==
        "sign_in_failed");
  const Answer signed_in = api.send({}, "POST", "/api/v1/session",
                                    R"({"name":"RENA","password":"correct horse battery"})");
  CHECK(signed_in.status() == 201);
  const std::string cookie = signed_in.header("Set-Cookie");
  for (const char* part :
       {"__Host-muster_session=", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"}) {
    CHECK(cookie.find(part) != std::string::npos);
  }
  const Credentials session = {{"cookie", "other=1; " + cookie.substr(0, cookie.find(';'))},
                               {"x-csrf-token", signed_in.at("csrf_token")}};
  const Answer shown = api.send(session, "GET", "/api/v1/session");
  CHECK(shown.at("csrf_token") == signed_in.at("csrf_token"));
  CHECK(shown.at("permissions") == R"(["own_account","own_tickets","own_devices"])");
  CHECK(api.get("/api/v1/session").at("csrf_token").empty());

  const std::string path = "/api/v1/session/password";
  CHECK(api.send(session, "PUT", path,
                 R"({"current_password":"wrong","new_password":"a much longer one"})")
            .code() == "wrong_password");
  CHECK(api.send(session, "PUT", path,
                 R"({"current_password":"correct horse battery","new_password":"short"})")
            .path() == "new_password");
  const Answer changed = api.send(
      session, "PUT", path,
      R"({"current_password":"correct horse battery","new_password":"a much longer one"})");
  CHECK(changed.status() == 200);
  CHECK(api.send(session, "GET", "/api/v1/session").status() == 401);
  const std::string next = changed.header("Set-Cookie");
  const Credentials renewed = {{"cookie", next.substr(0, next.find(';'))},
                               {"x-csrf-token", changed.at("csrf_token")}};
  CHECK(api.send(renewed, "DELETE", "/api/v1/session").status() == 204);
  CHECK(api.send(renewed, "DELETE", "/api/v1/session").status() == 401);
}

void drive_people(ApiFixture& api) {
  const Answer made = api.post(
      "/api/v1/users", R"({"name":"Kim","password":"correct horse battery","email":"k@e.org"})");
  CHECK(made.status() == 201);
  CHECK(made.at("name") == "kim");
  CHECK(made.at("role") == "requester");
  CHECK(api.post("/api/v1/users", R"({"name":"kim","password":"correct horse battery"})").code() ==
        "user_exists");
  CHECK(api.post("/api/v1/users", R"({"name":"a b","password":"correct horse battery"})").code() ==
        "invalid_name");
  CHECK(api.post("/api/v1/users", R"({"name":"lee","password":"short"})").code() ==
        "invalid_password");
  CHECK(api.post("/api/v1/users", R"({"name":"lee","password":"x","role":"root"})").path() ==
        "role");
  CHECK(api.post("/api/v1/users", "{\"name\":\"l\\u0000e\",\"password\":\"x\"}").code() ==
        "invalid_json");
  const std::string kim = made.header("Location");
  CHECK(api.get(kim).etag() == made.etag());
  CHECK(api.patch(kim, made.etag(), R"({"email":null,"role":"viewer"})").at("email").empty());
  CHECK(api.patch(kim, made.etag(), R"({"role":"admin"})").code() == "precondition_failed");
  CHECK(api.patch(kim, "W/\"3\"", R"({"role":"admin"})").code() == "precondition_failed");
  CHECK(api.send(api.admin().token, "PATCH", kim, "{}").code() == "precondition_required");
  const std::string ana = "/api/v1/users/" + std::to_string(api.admin().user.id);
  CHECK(api.patch(ana, api.get(ana).etag(), R"({"disabled":true})").code() == "last_admin");
  CHECK(api.get("/api/v1/users/77").code() == "user_not_found");
  CHECK(api.get("/api/v1/users/kim").code() == "user_not_found");
  CHECK(api.post(kim + "/reset-password", R"({"password":"short"})").code() == "invalid_password");
  CHECK(api.post(kim + "/reset-password", R"({"password":"another horse battery"})").status() ==
        204);
  const Answer page = api.get("/api/v1/users?limit=2");
  CHECK(page.size() == 2);
  CHECK(api.get("/api/v1/users?limit=2&cursor=" + page.at("next")).at("data[0].user_id") == "3");
  CHECK(api.get("/api/v1/users?limit=501").path() == "limit");
  CHECK(api.get("/api/v1/users?cursor=xyz").code() == "invalid_cursor");

  const Answer token = api.post("/api/v1/tokens", R"({"name":"script","expires_in_days":1})");
  CHECK(token.status() == 201);
  CHECK(api.post("/api/v1/tokens", R"({"name":"script","expires_in_days":0})").path() ==
        "expires_in_days");
  const Credentials bearer = {{"authorization", "bearer " + token.at("token")}};
  CHECK(api.send(bearer, "GET", "/api/v1/session").at("user.name") == "ana");
  CHECK(api.get("/api/v1/tokens?all=true").size() == 5);
  CHECK(api.send(api.viewer().token, "GET", "/api/v1/tokens?all=true").code() == "forbidden");
  CHECK(api.get("/api/v1/tokens?all=yes").code() == "invalid_parameter");
  CHECK(api.remove("/api/v1/tokens/" + token.at("token_id")).status() == 204);
  CHECK(api.send(bearer, "GET", "/api/v1/session").code() == "invalid_token");
  CHECK(api.send({{"authorization", "Basic eDp5"}}, "GET", "/api/v1/session").code() ==
        "not_signed_in");
  CHECK(api.remove("/api/v1/tokens/777").code() == "token_not_found");

  CHECK(api.get("/api/v1/audit?action=user&actor=ana&limit=2").size() == 2);
  CHECK(api.get("/api/v1/audit?from=2026-11-23").path() == "from");
}

void drive_agents(ApiFixture& api) {
  CHECK(api.post("/api/v1/join-tokens", R"({"expires_in_s":1})").path() == "expires_in_s");
  CHECK(api.post("/api/v1/join-tokens", R"({"max_uses":0})").path() == "max_uses");
  CHECK(api.post("/api/v1/join-tokens").at("install_commands") == "[]");
  api.store.pass(1);  // newest first
  std::ofstream(api.settings.downloads_directory / "muster-agent.deb") << "a package";
  const Answer made = api.post("/api/v1/join-tokens", R"({"note":"lab","max_uses":2})");
  CHECK(made.status() == 201);
  CHECK(made.at("install_commands").find(api.get("/downloads").at("data[0].sha256")) !=
        std::string::npos);
  CHECK(made.at("enrol_command").find(made.at("join_code")) != std::string::npos);
  CHECK(api.get("/api/v1/join-tokens").at("data[0].note") == "lab");
  CHECK(api.get("/api/v1/join-tokens?limit=x").code() == "invalid_parameter");
  CHECK(api.remove("/api/v1/join-tokens/" + made.at("token_id")).status() == 204);
  CHECK(api.remove("/api/v1/join-tokens/nothing").code() == "join_token_not_found");

  ReportingMachine machine(*api.store, api.ingest, "web-1");
  machine.report();
  CHECK(api.get("/api/v1/agents?state=active").at("data[0].item_id") == "1");
  CHECK(api.get("/api/v1/agents?state=asleep").path() == "state");
  const std::string agent = "/api/v1/agents/" + machine.agent_id;
  CHECK(api.get(agent).at("agent_version") == "0.1.0");
  CHECK(api.get("/api/v1/agents/web-1").code() == "agent_not_found");
  CHECK(api.post(agent + "/revoke").code() == "missing_field");
  CHECK(api.post(agent + "/revoke", R"({"reason":"stolen"})").at("state") == "revoked");

  const std::string waiting = random_uuid();
  api.store->write([&](store::Transaction& transaction) {
    transaction.execute(
        "INSERT INTO waiting_agents (agent_id, serial, not_after, first_seen_at, last_seen_at, "
        "address) VALUES (?1, 'ab12', ?2, ?3, ?3, '192.0.2.8')",
        {waiting, api.store.now().ms + kDayMs, api.store.now().ms});
  });
  CHECK(api.get("/api/v1/agents/waiting").at("data[0].agent_id") == waiting);
  CHECK(api.get("/api/v1/agents/waiting?limit=1").code() == "unknown_parameter");
  CHECK(api.post("/api/v1/agents/" + waiting + "/approve").at("state") == "active");
  CHECK(api.post("/api/v1/agents/" + waiting + "/approve").status() == 404);
}

void drive_open_routes(ApiFixture& api) {
  for (const char* target :
       {"/healthz", "/readyz", "/metrics", "/downloads", "/api/v1/openapi.yaml", "/api/v1/classes",
        "/api/v1/query/fields", "/api/v1/sections"}) {
    CAPTURE(target);
    CHECK(api.get(target).status() == 200);
    CHECK(api.get(std::string(target) + "?x=1").code() == "unknown_parameter");
  }
  CHECK(api.get("/downloads").at("data[0].name") == "muster-agent.deb");
  CHECK(api.send({}, "GET", "/downloads/muster-agent.deb").response.download);
  CHECK(api.send({}, "GET", "/downloads/muster-agent.deb.sha256").response.body.size() > 64);
  CHECK(api.send({}, "GET", "/downloads/..%2Fside.log").code() == "download_not_found");
  CHECK(api.send({}, "HEAD", "/healthz").status() == 200);
  CHECK(api.get("/api/v1/openapi.yaml").response.body == api::openapi_text());
}

void drive_items(ApiFixture& api) {
  const Answer made = api.post("/api/v1/items", R"({"name":"printer","class":"hardware.printer"})");
  const std::string printer = made.header("Location");
  CHECK(api.post("/api/v1/items", R"({"name":"x","lifecycle":"lost"})").path() == "lifecycle");
  CHECK(api.get("/api/v1/items?q=name:web-1").size() == 1);
  CHECK(api.get("/api/v1/items?q=nme:web-1").code() == "invalid_query");
  CHECK(api.get("/api/v1/items?sort=colour").code() == "invalid_sort");
  CHECK(api.get(printer).status() == 200);
  CHECK(api.get("/api/v1/items/777").code() == "item_not_found");
  CHECK(api.patch(printer, made.etag(), R"({"owner":"rena"})").status() == 200);
  CHECK(api.patch(printer, made.etag(), R"({"owner":"tone"})").status() == 412);
  for (const char* step : {"/archive", "/unarchive"}) {
    CHECK(api.post(printer + step).status() == 200);
    CHECK(api.post(std::string("/api/v1/items/nothing") + step).code() == "item_not_found");
  }
  CHECK(api.get("/api/v1/items/web-1/sections/os").at("data[0].values.hostname") == "web-1");
  CHECK(api.get("/api/v1/items/web-1/sections/nothing").code() == "section_not_found");
  CHECK(api.get("/api/v1/items/printer/sections/os").code() == "section_not_reported");
  CHECK(api.get("/api/v1/items/web-1/changes").status() == 200);
  CHECK(api.get("/api/v1/items/web-1/changes?section=nothing").code() == "section_not_found");
  CHECK(api.get("/api/v1/compare?a=web-1&b=printer").status() == 200);
  CHECK(api.get("/api/v1/compare?a=web-1").path() == "b");

  const Answer ticket =
      api.post("/api/v1/tickets", R"({"title":"Slow","items":[{"item":"web-1"}]})");
  CHECK(ticket.status() == 201);
  const std::string path = ticket.header("Location");
  CHECK(api.post("/api/v1/tickets", R"({"title":"x","items":[{"item":"web-1","rle":"cause"}]})")
            .path() == "items[0].rle");
  CHECK(api.get("/api/v1/tickets?state=open&requester=ana&assignee=").size() == 1);
  CHECK(api.get("/api/v1/tickets?state=lost").path() == "state");
  CHECK(api.get("/api/v1/items/web-1/tickets").size() == 1);
  CHECK(api.get("/api/v1/items/nothing/tickets").code() == "item_not_found");
  CHECK(api.get("/api/v1/tickets/1000000").code() == "ticket_not_found");
  CHECK(api.get("/api/v1/tickets/INC-1000000").code() == "ticket_not_found");
  const Answer worked = api.patch(path, api.get(path).etag(), R"({"state":"in_progress"})");
  CHECK(worked.status() == 200);
  CHECK(api.patch(path, worked.etag(), R"({"state":"new"})").code() == "invalid_transition");
  CHECK(api.post(path + "/notes", R"({"text":"Looked at it"})").at("kind") == "note");
  CHECK(api.post(path + "/notes", R"({"text":"x","kind":"event"})").path() == "kind");
  const Answer link = api.post(path + "/links", R"({"item":"printer","role":"related"})");
  CHECK(link.status() == 201);
  CHECK(api.post(path + "/links", R"({"item":"printer"})").code() == "already_linked");
  CHECK(api.get(path + "/context").at("items[0].name") == "web-1");
  CHECK(api.get(path + "/context?hours=0").path() == "hours");
  CHECK(api.remove(path + "/links/" + link.at("link_id")).status() == 204);
  CHECK(api.remove(path + "/links/" + link.at("link_id")).code() == "link_not_found");
  CHECK(api.remove(printer).code() == "confirmation_required");
  CHECK(api.remove(printer + "?confirm=printer").status() == 204);
}

TEST_CASE("every operation answers as openapi.yaml says, well and badly", "[api][openapi]") {
  ApiFixture api;
  drive_session(api);
  drive_people(api);
  drive_agents(api);
  drive_open_routes(api);
  drive_items(api);
  for (const http::Route& route : api.router.routes()) {
    CAPTURE(name_of(route));
    const std::set<int>& statuses = api.answered[name_of(route)];
    CHECK(std::any_of(statuses.begin(), statuses.end(), [](int each) { return each < 300; }));
    CHECK(std::any_of(statuses.begin(), statuses.end(), [](int each) { return each >= 400; }));
  }
}

}  // namespace
}  // namespace muster::server
