// SPDX-License-Identifier: Apache-2.0
#include "server/cli/problem_words.h"

#include <catch2/catch.hpp>

#include "tests/server/cli/fake_world.h"

namespace muster::cli {
namespace {

TEST_CASE("what the server refuses is said in the words of the command line", "[cli]") {
  struct Case {
    std::vector<std::string> line;
    const char* request;
    int status;
    const char* answer;
    const char* said;
  };
  const std::vector<Case> cases = {
      {{"join-token", "create", "--expires", "1s"},
       "POST /api/v1/join-tokens",
       422,
       R"({"code":"invalid_value","path":"expires_in_s","detail":"expires_in_s is not a whole number from 60 to 2592000."})",
       "error: --expires is not a length of time from 1 min to 30 d.\n"},
      {{"join-token", "create"},
       "POST /api/v1/join-tokens",
       422,
       R"({"code":"invalid_value","path":"max_uses","detail":"max_uses is not a whole number from 1 to 9."})",
       "error: --uses is not a whole number from 1 to 9.\n"},
      {{"ticket", "list", "--state", "odd"},
       "GET /api/v1/tickets?state=odd&limit=500",
       400,
       R"({"code":"invalid_parameter","path":"state","detail":"The parameter state is not one of a, b."})",
       "error: --state is not one of a, b.\n"},
      {{"item", "edit", "5", "--owner", ""},
       "PATCH /api/v1/items/5",
       422,
       R"({"code":"invalid_value","path":"owner","detail":"The owner is empty. Clear it instead."})",
       "error: the owner is empty\ntry: --clear owner\n"},
      {{"status"},
       "GET /api/v1/session",
       401,
       R"({"code":"not_signed_in","detail":"Sign in first: muster login, or POST /api/v1/session."})",
       "error: nobody is signed in\ntry: muster login URL\n"},
      {{"show", "lap", "--at", "2026-10-01", "--utc"},
       "GET /api/v1/items/lap?at=2026-10-01T00%3A00%3A00Z",
       404,
       R"({"code":"item_not_known_yet","detail":"Item 7 was not known before 2026-10-29T06:30:12Z.","known_since":"2026-10-29T06:30:12Z"})",
       "error: Item 7 was not known before 2026-10-29 06:30Z.\n"
       "try: --at '2026-10-29 06:31Z', or later\n"},
      {{"items"},
       "GET /api/v1/items?limit=500",
       404,
       R"({"code":"not_found","detail":"There is nothing at this address."})",
       "error: There is nothing at this address.\n"
       "try: muster login https://SERVER:8443, the port for people unless it was changed\n"}};
  for (const Case& each : cases) {
    FakeWorld world;
    world.answer("GET /api/v1/items/5", 200, R"({"item_id":5})");
    world.answer(each.request, each.status, each.answer);
    CHECK(world.run(each.line) != kDone);
    CHECK(world.error.str() == each.said);
  }
}

TEST_CASE("times of a message are those of the reader, and what is quoted stays", "[cli]") {
  CHECK(with_times_of("It was 2026-10-29T06:30:00Z, not 2026-10-29T06:30:00.", Zone::kUtc) ==
        "It was 2026-10-29 06:30Z, not 2026-10-29T06:30:00.");
  CHECK(with_times_of(R"(No item was called "2026-10-29T06:30:00Z")", Zone::kUtc) ==
        R"(No item was called "2026-10-29T06:30:00Z")");
  CHECK(with_times_of("before 2026-10-29T06:30:00.123+01:00. Then", Zone::kUtc) ==
        "before 2026-10-29 05:30Z. Then");
}

TEST_CASE("a password is asked for only where the port is that of people", "[cli]") {
  FakeWorld world;
  world.terminal = {true, true, true, 80};
  world.answer(
      "GET /healthz", 404,
      R"({"code":"not_found","detail":"There is nothing at this address: this is the agents' port."})");
  CHECK(world.run({"login", "https://cmdb.test:8444", "--user", "ana"}) == kNotFound);
  CHECK(world.requests.size() == 1);
  CHECK(world.error.str() ==
        "error: There is nothing at this address: this is the agents' port.\n"
        "try: muster login https://SERVER:8443, the port for people unless it was changed\n");
}

}  // namespace
}  // namespace muster::cli
