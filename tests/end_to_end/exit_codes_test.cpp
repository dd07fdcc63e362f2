// SPDX-License-Identifier: Apache-2.0
// What scripts rely on: muster ends with a code for each way in which it cannot do what was asked,
// and says the rest on standard error only.
#include <catch2/catch.hpp>

#include "tests/support/programs/installation.h"
#include "tests/support/programs/web_session.h"

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

  // 2: a mistake in the query, with a mark under it, or in the command line
  CHECK_THAT(fails({"items", "memory_bytes<8Gx"}, 2),
             Catch::Contains("\n  memory_bytes<8Gx\n               ^^^"));
  fails({"items", "--colums", "name"}, 2);
  CHECK_THAT(fails({"itms"}, 2), Catch::Contains("muster items"));

  // 1: what keeps it from working here
  const auto trusts = [&](const std::string& file) {
    return fails({"login", installation.url(), "--token-stdin", "--ca-file", file}, 1, "guest");
  };
  CHECK_THAT(trusts("/nowhere/ca.pem"), Catch::Contains("/nowhere/ca.pem: No such file"));
  CHECK_THAT(trusts("/etc/passwd"), Catch::Contains("/etc/passwd holds no certificate"));

  // 3: there is no such thing
  fails({"show", "nobody-has-this-name"}, 3);
  fails({"ticket", "show", "INC-99999"}, 3);
  fails({"user", "disable", "nobody", "--yes"}, 3);

  // 5: this is for others to do
  sign_in_as(installation, "vida", "viewer");
  CHECK(installation.muster({"items"}, "vida").code == 0);
  fails({"item", "create", "prn-3"}, 5, "vida");
  fails({"user", "list"}, 5, "vida");
  sign_in_as(installation, "rok", "requester");
  fails({"items"}, 5, "rok");
  CHECK(installation.muster({"ticket", "new", "no network"}, "rok").code == 0);

  // 6: two items have this name
  for (int i = 0; i < 2; ++i) {
    REQUIRE(installation.muster({"item", "create", "prn-3", "--force"}).code == 0);
  }
  const std::string ambiguous = fails({"show", "prn-3"}, 6);
  CHECK_THAT(ambiguous, Catch::Contains("2 items"));
  CHECK_THAT(ambiguous, Catch::Contains("try: "));

  // 7: it is there already, or somebody was faster
  CHECK_THAT(fails({"item", "create", "prn-3"}, 7), Catch::Contains("--force"));
  const Ended taken = installation.muster({"user", "create", "vida", "--password-stdin"}, "admin",
                                          std::string(kFirstPassword) + "\n");
  INFO(all_of(taken));
  CHECK(taken.code == 7);

  // 4: nobody is signed in, or no longer
  CHECK_THAT(fails({"items"}, 4, "stranger"), Catch::Contains("muster login"));
  CHECK(installation.muster({"logout"}, "rok").code == 0);
  CHECK_THAT(fails({"ticket", "list"}, 4, "rok"), Catch::Contains("muster login"));

  // 8: nobody answers
  installation.server().stop();
  CHECK_THAT(fails({"items"}, 8), Catch::Contains("127.0.0.1"));
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
