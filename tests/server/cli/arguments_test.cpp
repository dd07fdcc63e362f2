// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

Invocation parsed(const std::vector<std::string>& arguments) {
  return parse_arguments(all_commands(), arguments);
}

Problem refused(const std::vector<std::string>& arguments) {
  try {
    parsed(arguments);
  } catch (const Problem& problem) {
    return problem;
  }
  FAIL("it was accepted");
  return Problem(kDone, "");
}

TEST_CASE("flags may stand before and behind the command and its arguments", "[cli]") {
  const std::vector<std::vector<std::string>> lines = {
      {"--json", "--limit", "7", "show", "lap-1", "--section", "disks"},
      {"show", "--json", "--section", "disks", "lap-1", "--limit=7"},
      {"show", "lap-1", "--section=disks", "--limit", "7", "--json"}};
  for (const auto& line : lines) {
    const Invocation invocation = parsed(line);
    REQUIRE(invocation.command != nullptr);
    CHECK(invocation.command->words == "show");
    CHECK(invocation.required("ITEM") == "lap-1");
    CHECK(invocation.text("--section") == "disks");
    CHECK(invocation.has("--json"));
    CHECK(invocation.integer("--limit", 1, 10) == 7);
  }
}

TEST_CASE("arguments are given out in their order, the last one takes the rest", "[cli]") {
  const Invocation note = parsed({"ticket", "note", "INC-1", "cable", "replaced"});
  CHECK(note.required("TICKET") == "INC-1");
  CHECK(note.all("TEXT") == std::vector<std::string>{"cable", "replaced"});
  const Invocation compare = parsed({"compare", "a", "b"});
  CHECK(compare.required("A") == "a");
  CHECK(compare.required("B") == "b");
  CHECK(parsed({"ticket", "new", "x", "--item", "a", "--item", "b"}).all("--item") ==
        std::vector<std::string>{"a", "b"});
}

TEST_CASE("a name that is also a command is a name behind one", "[cli]") {
  CHECK(parsed({"show", "status"}).required("ITEM") == "status");
  CHECK(parsed({"show", "items"}).command->words == "show");
  CHECK(parsed({"items", "--", "--json"}).all("QUERY") == std::vector<std::string>{"--json"});
}

TEST_CASE("an unknown word is refused with the nearest two", "[cli]") {
  CHECK(refused({"itmes"}).hint == "muster items    or: muster item");
  CHECK(refused({"ticket", "nwe"}).hint.find("muster ticket new") == 0);
  CHECK(refused({"items", "--jsno"}).hint == "--json or --jsonl");
  for (const auto& line :
       std::vector<std::vector<std::string>>{{},
                                             {"ticket"},
                                             {"show"},
                                             {"show", "a", "b"},
                                             {"compare", "a"},
                                             {"sho", "a"},
                                             {"items", "--color", "sometimes"},
                                             {"ticket", "link", "INC-1", "a", "--role", "boss"},
                                             {"items", "--limit"}}) {
    CHECK(refused(line).exit_code == kUsage);
  }
}

TEST_CASE("numbers are checked against their range", "[cli]") {
  const Invocation invocation = parsed({"items", "--limit", "0x"});
  CHECK_THROWS_AS(invocation.integer("--limit", 1, 10), Problem);
  CHECK_THROWS_AS(parsed({"items", "--limit", "11"}).integer("--limit", 1, 10), Problem);
}

TEST_CASE("every command has a summary and a help text with its usage", "[cli]") {
  for (const CommandSpec& command : all_commands()) {
    CHECK_FALSE(command.summary.empty());
    CHECK(help_text(command).find("muster " + std::string(command.words)) != std::string::npos);
    CHECK(help_text(all_commands()).find(command.summary) != std::string::npos);
  }
}

TEST_CASE("completion offers commands, verbs, flags and the choices of a flag", "[cli]") {
  using Words = std::vector<std::string>;
  const auto fit = [](const Words& words) { return completions(all_commands(), words); };
  CHECK(fit({"lo"}) == Words{"login", "logout"});
  CHECK(fit({"join-token", ""}) == Words{"create", "list", "revoke"});
  CHECK(fit({"show", "lap", "--sec"}) == Words{"--section"});
  CHECK(fit({"user", "create", "ana", "--role", "t"}) == Words{"technician"});
  CHECK(fit({"--color", "n"}) == Words{"never"});
  CHECK(fit({"nonsense", "x"}).empty());
}

}  // namespace
}  // namespace muster::cli
