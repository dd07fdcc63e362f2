// SPDX-License-Identifier: Apache-2.0
// What scripts rely on: muster ends with a code for each way in which it cannot do what was asked,
// and says the rest on standard error only.
#include <catch2/catch.hpp>

#include "tests/end_to_end/installation.h"
#include "tests/end_to_end/web_session.h"

using muster::JsonValue;
using namespace muster::test;

namespace {

constexpr const char* kFirstPassword = "chosen by somebody else";
constexpr const char* kOwnPassword = "a password of my very own";

// A new user who has a password of their own and signed in with muster.
void sign_in_as(Installation& installation, const std::string& name, const std::string& role) {
  const Ended created =
      installation.muster({"user", "create", name, "--role", role, "--password-stdin"}, "admin",
                          std::string(kFirstPassword) + "\n");
  INFO(all_of(created));
  REQUIRE(created.code == 0);
  const auto login = [&](const std::string& password) {
    return installation.muster({"login", installation.url(), "--user", name, "--password-stdin",
                                "--ca-file", installation.authority()},
                               name, password + "\n");
  };
  const Ended too_early = login(kFirstPassword);
  INFO(all_of(too_early));
  CHECK(too_early.code == 5);
  WebSession(installation.server().people_port(), name, kFirstPassword)
      .change_password(kFirstPassword, kOwnPassword);
  const Ended signed_in = login(kOwnPassword);
  INFO(all_of(signed_in));
  REQUIRE(signed_in.code == 0);
}

}  // namespace

TEST_CASE("muster ends with a code that says why it could not", "[end_to_end]") {
  Installation installation;
  const auto fails = [&](const std::vector<std::string>& arguments, int code,
                         const std::string& as = "admin") {
    const Ended ran = installation.muster(arguments, as);
    INFO(all_of(ran));
    CHECK(ran.code == code);
    CHECK(ran.out.empty());
    CHECK(ran.error.starts_with("error: "));
    return ran.error;
  };

  SECTION("2: a mistake in the query, with a mark under it") {
    const std::string error = fails({"items", "memory_bytes<8Gx"}, 2);
    INFO(error);
    CHECK(error.find("\n  memory_bytes<8Gx\n               ^^^") != std::string::npos);
    fails({"items", "--colums", "name"}, 2);
    fails({"itms"}, 2);
  }
  SECTION("3: there is no such thing") {
    fails({"show", "nobody-has-this-name"}, 3);
    fails({"ticket", "show", "INC-99999"}, 3);
    fails({"user", "disable", "nobody", "--yes"}, 3);
  }
  SECTION("4: nobody is signed in, or no longer") {
    CHECK_THAT(fails({"items"}, 4, "stranger"), Catch::Contains("muster login"));
    const Ended out = installation.muster({"logout"});
    INFO(all_of(out));
    REQUIRE(out.code == 0);
    CHECK_THAT(fails({"items"}, 4), Catch::Contains("muster login"));
  }
  SECTION("5: this is for others to do") {
    sign_in_as(installation, "vida", "viewer");
    REQUIRE(installation.muster({"items"}, "vida").code == 0);
    fails({"item", "create", "prn-3"}, 5, "vida");
    fails({"user", "list"}, 5, "vida");
    sign_in_as(installation, "rok", "requester");
    fails({"items"}, 5, "rok");
    REQUIRE(installation.muster({"ticket", "new", "no network"}, "rok").code == 0);
  }
  SECTION("6: two items have this name") {
    for (int i = 0; i < 2; ++i) {
      const Ended created = installation.muster({"item", "create", "prn-3"});
      INFO(all_of(created));
      REQUIRE(created.code == 0);
    }
    const std::string error = fails({"show", "prn-3"}, 6);
    INFO(error);
    CHECK(error.find("2 items") != std::string::npos);
    CHECK(error.find("try: ") != std::string::npos);
  }
  SECTION("7: it is there already") {
    const std::vector<std::string> create = {"user", "create", "vida", "--password-stdin"};
    REQUIRE(installation.muster(create, "admin", std::string(kFirstPassword) + "\n").code == 0);
    const Ended again = installation.muster(create, "admin", std::string(kFirstPassword) + "\n");
    INFO(all_of(again));
    CHECK(again.code == 7);
  }
  SECTION("8: nobody answers") {
    installation.server().stop();
    const std::string error = fails({"items"}, 8);
    INFO(error);
    CHECK(error.find("127.0.0.1") != std::string::npos);
  }
}

TEST_CASE("an edit of what somebody else has changed meanwhile is refused", "[end_to_end]") {
  Installation installation;
  const JsonValue created = installation.json({"item", "create", "prn-3"});
  const std::string path =
      "/api/v1/items/" + std::to_string(created.integer_at("item_id").value_or(0));
  WebSession session(installation.server().people_port(), ServerProcess::kAdmin,
                     ServerProcess::kPassword);
  const HttpAnswer seen = session.ask({.path = path});
  REQUIRE(seen.status == 200);
  const std::string tag = seen.header("ETag");
  REQUIRE_FALSE(tag.empty());

  REQUIRE(installation.muster({"item", "edit", "prn-3", "--owner", "novak"}).code == 0);
  const HttpAsk edit = {.method = "PATCH", .path = path, .body = R"({"owner":"kos"})"};
  HttpAsk stale = edit;
  stale.headers.emplace_back("If-Match", tag);
  const HttpAnswer refused = session.ask(stale);
  INFO(refused.head << refused.body);
  CHECK(refused.status == 412);
  CHECK(refused.text("code") == "precondition_failed");
  CHECK(session.ask(edit).status == 428);
  CHECK(installation.json({"show", "prn-3"}).dump().find("novak") != std::string::npos);
}
