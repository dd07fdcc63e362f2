// SPDX-License-Identifier: Apache-2.0
#include "server/cli/error_text.h"

#include <catch2/catch.hpp>
#include <sstream>

namespace muster::cli {
namespace {

std::string written(const Problem& problem) {
  std::ostringstream error;
  write_problem(error, problem, false);
  return error.str();
}

TEST_CASE("each refusal of the server has its exit code", "[cli]") {
  const std::vector<std::tuple<int, std::string, ExitCode>> cases = {
      {400, "invalid_query", kUsage},          {401, "not_signed_in", kNotSignedIn},
      {403, "forbidden", kNotAllowed},         {404, "item_not_found", kNotFound},
      {409, "ambiguous_item", kAmbiguous},     {409, "already_linked", kConflict},
      {410, "item_purged", kNotFound},         {410, "history_not_kept", kFailed},
      {412, "precondition_failed", kConflict}, {422, "invalid_value", kUsage},
      {429, "too_many_requests", kFailed},     {500, "internal", kFailed},
      {503, "not_ready", kUnreachable}};
  for (const auto& [status, code, expected] : cases) {
    INFO(status << ' ' << code);
    const Problem problem =
        problem_of({status, {}, R"({"code":")" + code + R"(","detail":"why"})"}, {});
    CHECK(problem.exit_code == expected);
    CHECK(problem.message == "why");
  }
}

TEST_CASE("a query at fault is underlined where the server says", "[cli]") {
  const ApiReply reply = {
      400,
      {},
      R"({"code":"invalid_query","detail":"query, column 14: \"8Gx\" is not a size","column":14,"length":3,"expected":"a number with GiB"})"};
  CHECK(written(problem_of(reply, {{"q", "memory_bytes<8Gx"}})) ==
        "error: query, column 14: \"8Gx\" is not a size\n"
        "  memory_bytes<8Gx\n"
        "               ^^^  expected a number with GiB\n"
        "try: muster fields (all that a query can ask about)\n");
}

TEST_CASE("the mark stands right behind wide and escaped characters", "[cli]") {
  CHECK(underlined("č:日 x", 5, 1, "") == std::vector<std::string>{"č:日 x", "     ^"});
  const auto escaped = underlined("a\nb", 3, 1, "");
  CHECK(escaped[1] == std::string(escaped[0].size() - 1, ' ') + "^");
  CHECK(underlined("ab", 9, 1'000'000, "more")[1] == "  ^  expected more");
}

TEST_CASE("an ambiguous name lists the items that it matches, as text or as a list", "[cli]") {
  for (
      const char* candidates :
      {R"("17 lap-0421 5CG1234X9Q; 18 lap-0422")", R"(["17 lap-0421 5CG1234X9Q","18 lap-0422"])",
       R"([{"item_id":17,"name":"lap-0421","serial_number":"5CG1234X9Q"},{"item_id":18,"name":"lap-0422"}])"}) {
    const Problem problem =
        problem_of({409,
                    {},
                    std::string(R"({"code":"ambiguous_item","detail":"2 items","candidates":)") +
                        candidates + "}"},
                   {});
    REQUIRE(problem.details.size() == 2);
    CHECK(problem.details[0].find("lap-0421") != std::string::npos);
    CHECK(problem.hint.find("muster show 17") != std::string::npos);
  }
}

TEST_CASE("an answer that is not Muster's says so, and a redirect is not followed", "[cli]") {
  CHECK(problem_of({502, {}, "<html>bad gateway</html>"}, {}).exit_code == kUnreachable);
  CHECK(problem_of({418, {}, ""}, {}).exit_code == kFailed);
  const Problem moved = problem_of({308, {{"Location", "/api/v1/items/17/changes"}}, ""}, {});
  CHECK(moved.hint == "muster show 17");
  CHECK(problem_of({301, {{"Location", "https://evil.test/"}}, ""}, {}).exit_code == kUnreachable);
}

TEST_CASE("an error text from outside cannot drive the terminal", "[cli]") {
  const std::string text = written(Problem(kFailed, "a\x1b[2Jb\nc", "d\x1b"));
  CHECK(text.find('\x1b') == std::string::npos);
}

}  // namespace
}  // namespace muster::cli
