// SPDX-License-Identifier: Apache-2.0
#include "server/http/router.h"

#include <catch2/catch.hpp>
#include <stdexcept>

#include "server/http/target.h"

namespace muster::server {
namespace {

http::Request request(std::string method, std::string_view target) {
  http::Request made;
  made.method = std::move(method);
  made.path = target;
  made.request_id = "r1";
  auto parsed = std::get<http::Target>(http::parse_target(target));
  made.segments = std::move(parsed.segments);
  made.query = std::move(parsed.query);
  return made;
}

http::Route route(std::string method, std::string pattern, std::string says) {
  return {std::move(method), std::move(pattern), http::Access::open(),
          [says](const http::Request& asked) {
            std::string text = says;
            for (const auto& [name, value] : asked.path_parameters)
              text += ' ' + name + '=' + value;
            return http::Response::text(text);
          },
          std::vector<std::string>{"limit", "at"}};
}

struct Fixture {
  std::vector<std::string> logged;
  Log log{LogLevel::kDebug, [this](LogLevel, const std::string& line) { logged.push_back(line); }};
};

std::vector<http::Route> table() {
  return {route("GET", "/", "root"),
          route("GET", "/items/{id}", "item"),
          route("DELETE", "/items/{id}", "delete"),
          route("GET", "/items/facets", "facets"),
          route("GET", "/items/{id}/sections/{section}", "section"),
          route("POST", "/items", "create"),
          route("GET", "/assets/{file*}", "asset"),
          route("GET", "/assets/index.html", "index")};
}

TEST_CASE("a request goes to the most literal pattern that fits", "[http]") {
  Fixture f;
  const http::Router router(table(), f.log);
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"/", "root"},
      {"/items/7", "item id=7"},
      {"/items/a%2Fb", "item id=a/b"},
      {"/items/facets", "facets"},
      {"/items/facets/sections/disks", "section id=facets section=disks"},
      {"/assets/a/b.js", "asset file=a/b.js"},
      {"/assets/index.html", "index"},
  };
  for (const auto& [target, body] : cases) {
    INFO(target);
    http::Request asked = request("GET", target);
    CHECK(router.handle(asked).body == body);
  }
}

TEST_CASE("what no pattern fits is 404, also with another case or a slash at the end", "[http]") {
  Fixture f;
  const http::Router router(table(), f.log);
  for (const char* target :
       {"/nothing", "/Items/7", "/items/7/", "/items/", "/assets/", "/items/7/x"}) {
    INFO(target);
    http::Request asked = request("GET", target);
    const http::Response response = router.handle(asked);
    CHECK(response.status == 404);
    CHECK(*response.header("content-type") == "application/problem+json");
    CHECK(response.body.find(R"("code":"not_found")") != std::string::npos);
    CHECK(response.body.find(R"("request_id":"r1")") != std::string::npos);
  }
}

TEST_CASE("a wrong method is 405 with the methods there are; HEAD goes where GET goes", "[http]") {
  Fixture f;
  const http::Router router(table(), f.log);
  http::Request put = request("PUT", "/items/7");
  CHECK(router.handle(put).status == 405);
  CHECK(*router.handle(put).header("Allow") == "DELETE, GET, HEAD");
  http::Request literal =
      request("DELETE", "/items/facets");  // the parameter's route has the method
  CHECK(router.handle(literal).body == "delete id=facets");
  http::Request head = request("HEAD", "/items/7");
  CHECK(router.handle(head).status == 200);
  http::Request created = request("HEAD", "/items");
  CHECK(*router.handle(created).header("Allow") == "POST");
}

TEST_CASE("unknown and repeated query parameters are refused by name", "[http]") {
  Fixture f;
  auto routes = table();
  routes.push_back(route("GET", "/free", "free"));
  routes.back().query_names.reset();
  const http::Router router(std::move(routes), f.log);
  const std::vector<std::pair<std::string, int>> cases = {
      {"/items/7?limit=1&at=2", 200}, {"/items/7?Limit=1", 400}, {"/items/7?limit=1&limit=1", 400},
      {"/items/7?x=1", 400},          {"/free?x=1&x=2", 200},
  };
  for (const auto& [target, status] : cases) {
    INFO(target);
    http::Request asked = request("GET", target);
    const http::Response response = router.handle(asked);
    CHECK(response.status == status);
    if (status == 400) CHECK(response.body.find("unknown_parameter") != std::string::npos);
  }
}

TEST_CASE("the header fields of an Error go with its problem", "[http]") {
  Fixture f;
  const http::Router router({{"GET",
                              "/secret",
                              http::Access::open(),
                              [](const http::Request&) -> http::Response {
                                throw Error(Status::kUnauthorized, "sign_in_needed", "Sign in.")
                                    .with_header("WWW-Authenticate", "Bearer");
                              },
                              {}}},
                            f.log);
  http::Request asked = request("GET", "/secret");
  const http::Response refused = router.handle(asked);
  CHECK(refused.status == 401);
  CHECK(*refused.header("www-authenticate") == "Bearer");
}

TEST_CASE("an Error becomes its problem; anything else a 500 whose cause is only in the log",
          "[http]") {
  Fixture f;
  const http::Router router({{"GET",
                              "/a",
                              http::Access::open(),
                              [](const http::Request&) -> http::Response {
                                throw Error(Status::kUnprocessable, "query_invalid",
                                            "expected a value, found 'x\xff'")
                                    .at("q")
                                    .with("column", 12)
                                    .with("expected", "a value")
                                    .retry_after(7);
                              },
                              {}},
                             {"GET",
                              "/b",
                              http::Access::open(),
                              [](const http::Request&) -> http::Response {
                                throw std::runtime_error("secret path\nforged line");
                              },
                              {}}},
                            f.log);
  http::Request a = request("GET", "/a");
  const http::Response problem = router.handle(a);
  CHECK(problem.status == 422);
  CHECK(*problem.header("Retry-After") == "7");
  CHECK(problem.body ==
        R"({"type":"about:blank","title":"Unprocessable Content","status":422,)"
        R"("detail":"expected a value, found 'x\\xff'","code":"query_invalid","request_id":"r1",)"
        R"("path":"q","column":12,"expected":"a value"})");
  CHECK(f.logged.empty());

  http::Request b = request("GET", "/b");
  const http::Response internal = router.handle(b);
  CHECK(internal.status == 500);
  CHECK(internal.body.find("secret") == std::string::npos);
  CHECK(internal.body.find("internal_error") != std::string::npos);
  REQUIRE(f.logged.size() == 1);
  CHECK(f.logged[0].find("secret path") != std::string::npos);
  CHECK(f.logged[0].find("\nforged") == std::string::npos);
}

TEST_CASE("a table that contradicts itself is refused at construction", "[http]") {
  Fixture f;
  for (const char* pattern :
       {"", "items", "/a//b", "/a/", "/{", "/{}", "/a{b}", "/{a*}/b", "/{a}/{a}"}) {
    INFO(pattern);
    CHECK_THROWS_AS(http::Router({route("GET", pattern, "")}, f.log), std::logic_error);
  }
  CHECK_THROWS_AS(http::Router({route("GET", "/{a}", ""), route("GET", "/{b}", "")}, f.log),
                  std::logic_error);
  CHECK_THROWS_AS(http::Router({{"GET", "/a", http::Access::open(), nullptr, {}}}, f.log),
                  std::logic_error);
  CHECK(http::Router(table(), f.log).routes().size() == table().size());
}

}  // namespace
}  // namespace muster::server
