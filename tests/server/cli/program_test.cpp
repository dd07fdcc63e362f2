// SPDX-License-Identifier: Apache-2.0
#include "server/cli/program.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "common/command/complete.h"
#include "common/command/help_text.h"
#include "common/command/parse.h"
#include "common/support/text.h"
#include "server/cli/commands/complete_names.h"

namespace muster::cli {
namespace {

Invocation parsed(const std::vector<std::string>& arguments) {
  return std::get<Invocation>(parse(program(), arguments));
}

WrongUsage refused(const std::vector<std::string>& arguments) {
  return std::get<WrongUsage>(parse(program(), arguments));
}

std::string about(const std::string& topic) {
  return std::get<std::string>(help_about(program(), topic));
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
    CHECK(invocation.integer("--limit") == 7);
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
    CHECK_FALSE(refused(line).message.empty());
  }
}

TEST_CASE("numbers are checked against their range", "[cli]") {
  CHECK(refused({"items", "--limit", "0x"}).message.find("--limit is a number from 1 to ") == 0);
  CHECK(refused({"items", "--limit", "0"}).message.ends_with(", not \"0\""));
  CHECK(refused({"ticket", "context", "INC-1", "--hours", "169"}).message ==
        "--hours is a number from 1 to 168, not \"169\"");
}

bool fits_a_screen(const std::string& text) {
  const auto all = lines(text);
  return all.size() <= 24 && std::all_of(all.begin(), all.end(), [](std::string_view line) {
           return display_width(line) <= 80;
         });
}

TEST_CASE("every command has a summary and a help text of one screen with its usage", "[cli]") {
  for (const CommandSpec& command : program().commands) {
    const std::string text = help_text(program(), command);
    INFO(text);
    CHECK_FALSE(command.summary.empty());
    CHECK(text.find("muster " + std::string(command.words)) != std::string::npos);
    CHECK(fits_a_screen(text));
    for (const OptionSpec& option : command.options)
      CHECK(text.find(option.name) != std::string::npos);
    for (const std::string& example : command.examples)
      CHECK(text.find(example) != std::string::npos);
    // Listed with its summary where one looks for it: in the first page, or in that of its group.
    const std::string first(split(command.words, ' ').front());
    if (command.words == "help") continue;
    const std::string list = about(first == command.words ? "" : first);
    CHECK(list.find(command.summary.substr(0, 20)) != std::string::npos);
  }
}

TEST_CASE("help is about the program, a command, a group or what all share", "[cli]") {
  for (const std::string& topic : help_topics(program())) {
    INFO(topic << '\n' << about(topic));
    CHECK(fits_a_screen(about(topic)));
  }
  CHECK(fits_a_screen(about("")));
  CHECK(about("ticket").find("resolve") != std::string::npos);
  CHECK(about("ticket").find("--json") == std::string::npos);
  CHECK(about("ticket new") == help_text(program(), *parsed({"ticket", "new", "x"}).command));
  CHECK(about("show").find("An ITEM is an id") != std::string::npos);
  CHECK(about("show").find("muster help times") != std::string::npos);
  CHECK(about("ticket list").find("muster help times") == std::string::npos);
  for (const OptionSpec& option : program().options)
    CHECK(about("flags").find(option.name) != std::string::npos);
  const auto wrong = std::get<WrongUsage>(help_about(program(), "ticket nwe"));
  CHECK(wrong.hint.find("muster help ticket new") == 0);
}

TEST_CASE("--help of a group is about the group", "[cli]") {
  CHECK(parsed({"ticket", "--help"}).group == "ticket");
  CHECK(parsed({"--help"}).group.empty());
  CHECK(refused({"ticket"}).hint == "muster help ticket");
}

// What completion offers without a server.
std::vector<std::string> offered(const CommandSpec* command, std::string_view name,
                                 const std::string&) {
  return offered_for(command, name).words;
}

TEST_CASE("completion offers commands, verbs, flags and the choices of a flag", "[cli]") {
  using Words = std::vector<std::string>;
  const auto fit = [](const Words& words) { return completions(program(), words, offered); };
  CHECK(fit({"lo"}) == Words{"login", "logout"});
  CHECK(fit({"join-token", ""}) == Words{"create", "list", "revoke"});
  CHECK(fit({"show", "lap", "--sec"}) == Words{"--section"});
  CHECK(fit({"user", "create", "ana", "--role", "t"}) == Words{"technician"});
  CHECK(fit({"--color", "n"}) == Words{"never"});
  CHECK(fit({"nonsense", "x"}).empty());
  // zsh gives a flag and its value as one word, bash as three.
  CHECK(fit({"user", "create", "ana", "--role=t"}) == Words{"--role=technician"});
  CHECK(fit({"user", "create", "ana", "--role", "=", "t"}) == Words{"technician"});
  CHECK(fit({"user", "create", "ana", "--role", "="}).size() == 4);
  CHECK(fit({"user", "role", "ana", "v"}) == Words{"viewer"});
  CHECK(fit({"help", "ticket", "n"}) == Words{"new", "note"});
  CHECK(fit({"help", "f"}) == Words{"fields", "flags"});
  CHECK(fit({"completion", "z"}) == Words{"zsh"});
}

std::vector<std::string> some_names(NameKind kind) {
  switch (kind) {
    case NameKind::kItem:
      return {"lap-1", "Lap-2", "prn-3", "lap\n4", ""};
    case NameKind::kTicket:
      return {"INC-1001"};
    case NameKind::kSection:
      return {"packages"};
    case NameKind::kClass:
      return {"hardware.printer"};
    case NameKind::kField:
      return {"name", "packages.name"};
    case NameKind::kUser:
      return {"ana"};
    case NameKind::kToken:
      return {"7"};
    case NameKind::kJoinToken:
      return {"abc"};
    case NameKind::kWaitingAgent:
      return {"9f"};
  }
  return {};
}

TEST_CASE("completion asks for names of the kind that the place takes", "[cli]") {
  using Words = std::vector<std::string>;
  const std::vector<std::pair<Words, Words>> cases = {
      {{"show", "lap"}, {"Lap-2", "lap-1"}},
      {{"--json", "changes", "p"}, {"prn-3"}},
      {{"compare", "lap-1", "l"}, {"Lap-2", "lap-1"}},
      {{"compare", "a", "b", ""}, {}},
      {{"show", "lap-1", "--section", ""}, {"packages"}},
      {{"show", "--section", "p"}, {"packages"}},
      {{"show", "--section", "packages", "prn"}, {"prn-3"}},
      {{"show", "lap-1", "--section=p"}, {"--section=packages"}},
      {{"ticket", "show", "inc"}, {"INC-1001"}},
      {{"ticket", "link", "INC-1001", "prn"}, {"prn-3"}},
      {{"ticket", "new", "text", "--item", "prn"}, {"prn-3"}},
      {{"ticket", "new", "p"}, {}},
      {{"ticket", "edit", "INC-1001", "--assignee", ""}, {"ana"}},
      {{"items", "p"}, {"packages.name:"}},
      {{"items", "name:x", "n"}, {"name:"}},
      {{"items", "class", ":", "l"}, {}},  // bash took class:l apart
      {{"fields", ""}, {"class", "packages"}},
      {{"item", "create", "x", "--class", "hard"}, {"hardware.printer"}},
      {{"item", "edit", "prn"}, {"prn-3"}},
      {{"agent", "revoke", "prn"}, {"prn-3"}},
      {{"agent", "approve", ""}, {"9f"}},
      {{"user", "show", "a"}, {"ana"}},
      {{"user", "create", "a"}, {}},
      {{"token", "revoke", ""}, {"7"}},
      {{"join-token", "revoke", ""}, {"abc"}}};
  for (const auto& [words, expected] : cases) {
    INFO(words.front() << ' ' << words.back());
    const auto names = [](const CommandSpec* command, std::string_view name, const std::string&) {
      Offered known = offered_for(command, name);
      if (!known.names) return known.words;
      for (const std::string& each : some_names(*known.names))
        known.words.push_back(known.names == NameKind::kField ? each + ":" : each);
      return known.words;
    };
    CHECK(completions(program(), words, names) == expected);
  }
}

}  // namespace
}  // namespace muster::cli
