// SPDX-License-Identifier: Apache-2.0
// Case 17: tokens and cookies after their end: sign-out, revocation, a changed password, a disabled
// account; a session chosen by somebody else before sign-in; a token in the URL; the database in
// wrong hands. Expected: 401 at the next request; a new id at sign-in; in the store only hashes, in
// the log nothing. Not covered: ends by age (12 hours, 7 days) need a clock of one's own and are
// tests/server/people/sign_in_test.cpp; a second server on the same PostgreSQL.
#include "tests/support/programs/attacked.h"

using namespace muster;
using namespace muster::test;

namespace {

int with_cookie(const Attacked& here, const std::string& cookie) {
  return here.server.ask({.path = "/api/v1/session", .headers = {{"Cookie", cookie}}}).status;
}

std::string bytes_of_store(const std::filesystem::path& data) {
  std::string all;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(data)) {
    if (entry.is_regular_file()) all += read_whole(entry.path());
  }
  return all;
}

}  // namespace

TEST_CASE("17 what has ended is refused at the next request", "[abuse]") {
  Attacked here;
  const SomePerson tone = here.person("tone", "technician");
  const std::string password = "a fine pass phrase of tone now";
  const auto sign_in = [&] {
    SomePerson again = tone;
    Attacked::take_session(again, here.sign_in("tone", password));
    return again;
  };
  REQUIRE(with_cookie(here, tone.cookie) == 200);

  SECTION("signing out ends that session") {
    const SomePerson other = sign_in();
    CHECK(here.server
              .ask({.method = "DELETE",
                    .path = "/api/v1/session",
                    .headers = Attacked::with_session(tone, false)})
              .status == 204);
    CHECK(with_cookie(here, tone.cookie) == 401);
    CHECK(with_cookie(here, other.cookie) == 200);
  }
  SECTION("a changed password ends all other sessions") {
    const SomePerson other = sign_in();
    const HttpAnswer changed =
        here.server.ask({.method = "PUT",
                         .path = "/api/v1/session/password",
                         .headers = Attacked::with_session(tone, true),
                         .body = R"({"current_password":")" + password +
                                 R"(","new_password":"quite another phrase"})"});
    CHECK(changed.status == 200);
    CHECK(with_cookie(here, tone.cookie) == 401);
    CHECK(with_cookie(here, other.cookie) == 401);
    CHECK(here.sign_in("tone", password).status == 401);
  }
  SECTION("a revoked token and a disabled account") {
    CHECK(here.ask_with_token(tone.token, {.path = "/api/v1/items"}).status == 200);
    const HttpAnswer made = here.ask_with_token(
        tone.token, {.method = "POST", .path = "/api/v1/tokens", .body = R"({"name":"b"})"});
    REQUIRE(made.status == 201);
    const auto json = JsonValue::parse(made.body).value();
    const std::string id = std::to_string(json.integer_at("token_id").value());
    CHECK(here.server.ask_as_admin({.method = "DELETE", .path = "/api/v1/tokens/" + id}).status ==
          204);
    CHECK(here.ask_with_token(made.text("token"), {.path = "/api/v1/items"}).status == 401);
    CHECK(here.ask_with_token(tone.token, {.path = "/api/v1/items"}).status == 200);
    HttpAsk disable{.method = "PATCH", .path = "/api/v1/users/2", .body = R"({"disabled":true})"};
    disable.headers.emplace_back(
        "If-Match", here.server.ask_as_admin({.path = "/api/v1/users/2"}).header("ETag"));
    CHECK(here.server.ask_as_admin(disable).status == 200);
    CHECK(here.ask_with_token(tone.token, {.path = "/api/v1/items"}).status == 401);
    CHECK(with_cookie(here, tone.cookie) == 401);
    CHECK(here.sign_in("tone", password).status == 401);
  }
  here.check_unharmed();
}

TEST_CASE("17 a token makes none that outlives it", "[abuse]") {
  Attacked here;
  const SomePerson tone = here.person("tone", "technician");
  const auto make = [&](const std::string& token, const std::string& body) {
    return here.ask_with_token(token, {.method = "POST", .path = "/api/v1/tokens", .body = body});
  };
  const std::string short_lived =
      make(tone.token, R"({"name":"a","expires_in_days":2})").text("token");
  REQUIRE_FALSE(short_lived.empty());
  const HttpAnswer longer = make(short_lived, R"({"name":"b","expires_in_days":3})");
  CHECK(longer.status == 422);
  CHECK(longer.text("path") == "expires_in_days");
  CHECK(make(short_lived, R"({"name":"c","expires_in_days":1})").status == 201);
  const HttpAnswer unsaid = make(short_lived, R"({"name":"d"})");
  CHECK(unsaid.status == 201);
  CHECK_FALSE(unsaid.text("expires_at").empty());
}

TEST_CASE("17 a session that somebody chose before sign-in is worth nothing", "[abuse]") {
  Attacked here;
  here.person("tone", "technician");
  const std::string chosen = "__Host-muster_session=" + std::string(64, 'a');
  const HttpAnswer signed_in =
      here.sign_in("tone", "a fine pass phrase of tone now", {{"Cookie", chosen}});
  REQUIRE(signed_in.status == 201);
  CHECK(signed_in.header("Set-Cookie").find(chosen) == std::string::npos);
  CHECK(with_cookie(here, chosen) == 401);
  for (const std::string& odd : {std::string("__Host-muster_session="), chosen + "; " + chosen,
                                 "muster_session=" + std::string(64, 'a'),
                                 "__Host-muster_session=" + std::string(100'000 / 10, 'f')})
    CHECK(with_cookie(here, odd) == 401);
}

TEST_CASE("17 no secret is in the store, in the log or taken from a URL", "[abuse]") {
  Attacked here;
  const SomePerson tone = here.person("tone", "technician");
  const std::string join_token = crypto::parse_join_code(here.server.join_code()).value().token;
  for (const char* parameter : {"token", "access_token", "authorization", "bearer", "session"}) {
    const HttpAnswer answer =
        here.server.ask({.path = std::string("/api/v1/items?") + parameter + "=" + tone.token});
    CHECK((answer.status == 401 || answer.status == 400));
  }
  here.server.stop();
  const std::string kept = bytes_of_store(here.server.data());
  const std::string log = here.server.log();
  const std::string session = tone.cookie.substr(tone.cookie.find('=') + 1);
  REQUIRE(session.size() == 64);
  const std::string join_secret = join_token.substr(join_token.rfind('_') + 1);
  for (const std::string& secret :
       {tone.token, tone.token.substr(4), session, join_secret, std::string("a fine pass phrase"),
        std::string(ServerProcess::kPassword)}) {
    CHECK(kept.find(secret) == std::string::npos);
    CHECK(log.find(secret) == std::string::npos);
  }
}
