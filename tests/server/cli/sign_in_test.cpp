// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "tests/server/cli/fake_world.h"
#include "tests/support/program.h"

namespace muster::cli {
namespace {

void answer_sign_in(FakeWorld& world) {
  world.answer("GET /healthz", 200, "ok");
  world.answer("POST /api/v1/session", 201, R"({"user":{"name":"ana"},"csrf_token":"c"})",
               {{"Set-Cookie", "s=abc; Path=/"}});
  world.answer("GET /api/v1/session", 200, R"({"user":{"name":"ana","role":"admin"}})");
  world.answer("DELETE /api/v1/session", 204, "");
}

TEST_CASE("a login that replaces another one revokes its token", "[cli]") {
  FakeWorld world;
  const test::TemporaryFolder folder;
  world.environment = {{"XDG_CONFIG_HOME", folder.path().string()}};
  answer_sign_in(world);
  world.answer("DELETE /api/v1/tokens/7", 204, "");
  const auto log_in = [&](const std::string& id, const std::string& token) {
    world.requests.clear();
    world.answer("POST /api/v1/tokens", 201,
                 R"({"token_id":)" + id + R"(,"token":")" + token +
                     R"(","expires_at":"2027-11-23T10:00:00Z"})");
    return world.run({"login", "https://cmdb.test", "--user", "ana", "--password-stdin", "--utc"},
                     "pw\n");
  };
  REQUIRE(log_in("7", "old") == kDone);
  CHECK(world.error.str().find("valid until 2027-11-23 10:00Z") != std::string::npos);
  REQUIRE(log_in("8", "new") == kDone);
  CHECK(world.requests.back().method == "DELETE");
  CHECK(world.requests.back().path == "/api/v1/tokens/7");
  CHECK(world.requests.back().headers[0].second == "Bearer old");
  CHECK(world.error.str().find("the token of the login before is revoked") != std::string::npos);
  // It is signed in even where the old token cannot be revoked, and that is said.
  REQUIRE(log_in("9", "newer") == kDone);
  CHECK(world.error.str().find("later: muster token revoke 8") != std::string::npos);
  // A token of somebody's own making may be used elsewhere: it stays.
  world.answer("DELETE /api/v1/tokens/9", 204, "");
  REQUIRE(world.run({"login", "https://cmdb.test", "--token-stdin"}, "mine\n") == kDone);
  CHECK(world.requests.back().path == "/api/v1/tokens/9");
  REQUIRE(log_in("10", "last") == kDone);
  for (const ApiRequest& request : world.requests)
    CHECK(request.path.find("/tokens/") == std::string::npos);
}

TEST_CASE("the end of a token is said when it is made", "[cli]") {
  FakeWorld world;
  world.answer("POST /api/v1/tokens", 201,
               R"({"token_id":7,"token":"tok","expires_at":"2027-11-23T10:00:00Z"})");
  CHECK(world.run({"token", "create", "x", "--utc"}) == kDone);
  CHECK(world.out.str() == "tok\n");
  CHECK(world.error.str() ==
        "valid until 2027-11-23 10:00Z, as the token that made it; --sign-in makes one that "
        "outlives it; shown only this once; undo: muster token revoke 7\n");
  CHECK(world.run({"token", "create", "x", "--days", "9", "--utc", "--json"}) == kDone);
  CHECK(world.out.str().find("\"expires_at\":\"2027-11-23T10:00:00Z\"") != std::string::npos);
  CHECK(world.error.str().starts_with("valid until 2027-11-23 10:00Z; "));
  world.answer(
      "POST /api/v1/tokens", 422,
      R"({"code":"invalid_value","path":"expires_in_days","detail":"An API token cannot make one that outlives it."})");
  CHECK(world.run({"token", "create", "a b", "--days", "365"}) == kUsage);
  CHECK(world.error.str().find("try: muster token create 'a b' --days 365 --sign-in") !=
        std::string::npos);
}

TEST_CASE("with the password, a token may outlive the login", "[cli]") {
  FakeWorld world;
  world.terminal = {true, true, true, 80};
  answer_sign_in(world);
  world.answer("POST /api/v1/tokens", 201, R"({"token_id":7,"token":"tok"})");
  CHECK(world.run({"token", "create", "prometheus", "--sign-in"}) == kDone);
  CHECK(world.out.str() == "tok\n");
  CHECK(world.error.str().find("valid until it is revoked") != std::string::npos);
  REQUIRE(world.requests.size() == 5);
  CHECK(world.requests[2].body == R"({"name":"ana","password":"typed"})");
  CHECK(world.requests[3].headers[0] == std::pair<std::string, std::string>("Cookie", "s=abc"));
  CHECK(world.requests[3].body == R"({"name":"prometheus"})");
  CHECK(world.run({"token", "create", "x", "--user", "bob", "--password-stdin", "--days", "9"},
                  "pw\n") == kDone);
  REQUIRE(world.requests.size() == 9);
  CHECK(world.requests[6].body == R"({"name":"bob","password":"pw"})");
  CHECK(world.requests[7].body == R"({"name":"x","expires_in_days":9})");
}

}  // namespace
}  // namespace muster::cli
