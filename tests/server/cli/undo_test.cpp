// SPDX-License-Identifier: Apache-2.0
// What is printed to be copied into a shell: ways back, and things to try.
#include <catch2/catch.hpp>

#include "tests/server/cli/fake_world.h"

namespace muster::cli {
namespace {

TEST_CASE("undo sets back what was there before, as one word for a shell", "[cli]") {
  FakeWorld world;
  struct Case {
    const char* json;  // as the server sends it
    const char* word;  // as a shell takes it
  };
  for (const Case& each :
       {Case{"line1\\nline2", R"($'line1\nline2')"},
        Case{"x'; touch owned; echo '", R"('x'\''; touch owned; echo '\''')"},
        Case{"\\u001b[2Jit's", R"($'\033[2Jit\'s')"}, Case{"$(touch owned)", "'$(touch owned)'"}}) {
    const std::string item = R"({"item_id":13,"name":"x","attributes":{"note":{"value":")" +
                             std::string(each.json) + R"("}}})";
    world.answer("GET /api/v1/items/x", 200, item, {{"ETag", "e"}});
    world.answer("PATCH /api/v1/items/13", 200, item);
    CHECK(world.run({"item", "edit", "x", "--note", "new"}) == kDone);
    CHECK(world.error.str() == "undo: muster item edit 13 --note " + std::string(each.word) + "\n");
  }
  world.answer("GET /api/v1/items/x", 200,
               R"({"item_id":13,"name":"x","attributes":{"owner":{"value":"-q"}}})");
  CHECK(world.run({"item", "edit", "x", "--clear", "owner"}) == kDone);
  CHECK(world.error.str() == "undo: muster item edit 13 --owner=-q\n");
}

TEST_CASE("undo of a ticket sets back each field, by way of in_progress where it must", "[cli]") {
  struct Case {
    std::vector<std::string> flags;
    const char* before;
    const char* after;
    const char* said;
  };
  const std::vector<Case> cases = {
      {{"--assignee", "tech", "--state", "in_progress"},
       R"("state":"new")",
       "in_progress",
       "undo: muster ticket edit INC-1005 --assignee ''   (a ticket that was new cannot become new "
       "again)"},
      {{"--state", "on_hold"},
       R"("state":"new")",
       "on_hold",
       "no undo: a ticket that was new cannot become new again"},
      {{"--state", "on_hold"},
       R"("state":"in_progress")",
       "on_hold",
       "undo: muster ticket edit INC-1005 --state in_progress"},
      {{"--state", "resolved", "--resolution", "x"},
       R"("state":"on_hold","resolution":"it's\nold")",
       "resolved",
       R"(undo: muster ticket edit INC-1005 --state in_progress && muster ticket edit INC-1005 --state on_hold --resolution $'it\'s\nold')"},
      {{"--state", "in_progress"},
       R"("state":"closed")",
       "in_progress",
       "undo: muster ticket edit INC-1005 --state closed   (the time at which it was resolved "
       "becomes that of the undo)"},
      {{"--title", "b", "--began", "08:00", "--requester", "y"},
       R"("state":"new","title":"a b","began_at":"2026-11-23T07:00:00.123Z","requester":"x'y")",
       "new",
       R"(undo: muster ticket edit INC-1005 --title 'a b' --requester 'x'\''y' --began 2026-11-23T07:00:00.123Z)"},
      {{"--description", "b"},
       R"("state":"new","description":"-")",
       "new",
       "undo: echo - | muster ticket edit INC-1005 --description=-"}};
  for (const Case& each : cases) {
    FakeWorld world;
    world.answer("GET /api/v1/tickets/INC-1005", 200, "{" + std::string(each.before) + "}");
    world.answer("PATCH /api/v1/tickets/INC-1005", 200,
                 R"({"number":"INC-1005","state":")" + std::string(each.after) + R"("})");
    std::vector<std::string> line = {"ticket", "edit", "1005"};
    line.insert(line.end(), each.flags.begin(), each.flags.end());
    CHECK(world.run(line) == kDone);
    CHECK(world.error.str() == each.said + std::string("\n"));
  }
}

TEST_CASE("undo of unlink links again as it was, and links are found by the item's number",
          "[cli]") {
  FakeWorld world;
  world.answer(
      "GET /api/v1/tickets/INC-1005", 200,
      R"({"links":[{"link_id":8,"item_id":5,"item_name":"lap 1","role":"cause","reason":"it; rm"}]})");
  world.answer("DELETE /api/v1/tickets/INC-1005/links/8", 204, "");
  for (const char* name : {"5", "lap 1"}) {
    CHECK(world.run({"ticket", "unlink", "inc1005", name}) == kDone);
    CHECK(world.error.str() ==
          "undo: muster ticket link INC-1005 5 --role cause --reason 'it; rm'\n");
  }
  world.answer("POST /api/v1/tickets/INC-1005/links", 201,
               R"({"link_id":9,"item_id":5,"item_name":"lap 1","role":"affected"})");
  CHECK(world.run({"ticket", "link", "1005", "lap 1"}) == kDone);
  CHECK(world.error.str() == "undo: muster ticket unlink INC-1005 5\n");
}

TEST_CASE("what has no undo says so, and a value that was there already is no change", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/users?limit=500", 200,
               R"({"data":[{"user_id":3,"name":"ana","role":"viewer"}]})");
  world.answer("GET /api/v1/users/3", 200, R"({"user_id":3,"name":"ana","role":"viewer"})");
  world.answer("PATCH /api/v1/users/3", 200, "{}");
  world.run({"user", "role", "ana", "technician"});
  CHECK(world.error.str() == "undo: muster user role ana viewer\n");
  world.run({"user", "enable", "ana"});
  CHECK(world.error.str() == "ana was enabled before\n");
  world.run({"user", "disable", "ana", "-y"});
  CHECK(world.error.str() == "undo: muster user enable ana\n");
  world.answer("DELETE /api/v1/tokens/7", 204, "");
  world.run({"token", "revoke", "7", "-y"});
  CHECK(world.error.str().starts_with("no undo: "));
  world.answer("GET /api/v1/items/x", 200, R"({"item_id":1,"name":"x","archived":true})");
  world.answer("POST /api/v1/items/1/archive", 200, "{}");
  CHECK(world.run({"item", "archive", "x"}) == kDone);
  CHECK(world.error.str().empty());
}

TEST_CASE("a command to try is one that can be typed", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/items/5", 200, R"({"item_id":5,"name":"=1+1, \"q\""})");
  CHECK(world.run({"item", "purge", "5"}) == kUsage);
  CHECK(world.error.str().find("try: --confirm '=1+1, \"q\"'\n") != std::string::npos);
  CHECK(world.run({"agent", "revoke", "a b"}) == kUsage);
  CHECK(world.error.str().find("try: muster agent revoke 'a b' --reason 'laptop stolen'\n") !=
        std::string::npos);
}

TEST_CASE("a second item of a name is refused, unless it is wanted", "[cli]") {
  FakeWorld world;
  world.answer("GET /api/v1/items/lap-1", 200, R"({"item_id":4,"name":"Lap-1"})");
  world.answer("GET /api/v1/items/9999", 200, R"({"item_id":4,"name":"lap-1"})");
  world.answer("GET /api/v1/items/two", 409, R"({"code":"ambiguous_item","candidates":["1 two"]})");
  world.answer("GET /api/v1/items/free", 404, R"({"code":"item_not_found","detail":"none"})");
  world.answer("POST /api/v1/items", 201, R"({"item_id":5,"name":"x"})");
  CHECK(world.run({"item", "create", "lap-1"}) == kConflict);
  CHECK(world.requests.size() == 1);
  CHECK(world.error.str().find("id 4") != std::string::npos);
  CHECK(world.error.str().find("muster item create lap-1 --force") != std::string::npos);
  CHECK(world.run({"item", "create", "two"}) == kConflict);
  CHECK(world.run({"item", "create", "free"}) == kDone);
  CHECK(world.run({"item", "create", "9999"}) == kDone);  // the end of a serial number
  CHECK(world.run({"item", "create", "lap-1", "--force"}) == kDone);
}

}  // namespace
}  // namespace muster::cli
