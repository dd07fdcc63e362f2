// SPDX-License-Identifier: Apache-2.0
#include "common/command/command_line.h"

#include <catch2/catch.hpp>
#include <sstream>

#include "common/command/completion_script.h"
#include "common/command/help_text.h"
#include "common/support/text.h"

namespace muster {
namespace {

// A program with the commands backup FILE, restore [--force], set NAME VALUE... and --data for all.
const ProgramSpec& tryer() {
  static const ProgramSpec kProgram = with_standard_commands(
      {.name = "tryer",
       .summary = "Tries things.",
       .first_step = "tryer backup FILE",
       .options = {{"--data", "DIR", "where it is"}},
       .commands =
           {{"backup", "copy it", {{"FILE", Count::kOne, "where to"}}, {}, {}},
            {"restore",
             "bring it back",
             {},
             {{"--force", "",
               "although something is there that is newer than what is to be brought back and "
               "would be lost by that"},
              {.name = "--from", .value = "FILE", .help = "it", .excludes = "--force"},
              {"--how", "WAY", "fast or slow", {"fast", "slow"}},
              {"--times", "N", "so often", {}, NumberRange{1, 9}}},
             {}},
            {"set",
             "change it",
             {{"NAME"}, {"VALUE", Count::kMany}},
             {{.name = "--as", .value = "KIND", .help = "which", .is_required = true}},
             {}}},
       .pages = {{"kinds", "A KIND is one of three.\n", "KIND", "which there are"}},
       .value_notes = {{"VALUE", "A VALUE is a word."}}});
  return kProgram;
}

struct Read {
  std::optional<Invocation> invocation;
  int code = kSucceeded;
  std::string out;
  std::string error;
};

Read read(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream error;
  auto line = read_command_line(tryer(), arguments, out);
  Read result;
  if (const auto* wrong = std::get_if<WrongUsage>(&line))
    result.code = tell_wrong_usage(error, tryer(), *wrong);
  if (auto* invocation = std::get_if<Invocation>(&line)) result.invocation = std::move(*invocation);
  result.out = out.str();
  result.error = error.str();
  return result;
}

}  // namespace

TEST_CASE("a mistake is told in words, with what may have been meant", "[command]") {
  struct Row {
    std::vector<std::string> arguments;
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {{"nosuch"}, "there is no command \"tryer nosuch\"\ntry: tryer help\n"},
      {{"bakup"}, "there is no command \"tryer bakup\"\ntry: tryer backup\n"},
      {{"--data", "/a", "restor"}, "there is no command \"tryer restor\"\ntry: tryer restore\n"},
      {{"backpu", "a", "--data", "b"}, "there is no command \"tryer backpu\"\ntry: tryer backup\n"},
      {{},
       "no command was given; there are backup, restore, set, completion, help\n"
       "try: tryer help\n"},
      {{"--dta"}, "there is no flag --dta\ntry: --data\n"},
      {{"--dta", "restore"}, "there is no flag --dta\ntry: --data\n"},
      {{"restore", "--forse"}, "there is no flag --forse\ntry: --force\n"},
      {{"restore", "--dat=3"}, "there is no flag --dat\ntry: --data\n"},
      {{"restore", "--xyzzyplugh"}, "there is no flag --xyzzyplugh\ntry: tryer help restore\n"},
      {{"restore", "a"}, "\"a\" is one argument too many for tryer restore\ntry: tryer restore\n"},
      {{"backup"}, "FILE is missing\ntry: tryer backup FILE\n"},
      {{"backup", "a", "b"},
       "\"b\" is one argument too many for tryer backup (quote what has spaces in it)\n"
       "try: tryer backup FILE\n"},
      {{"set", "a", "b"}, "--as is missing\ntry: tryer set NAME VALUE... --as KIND\n"},
      {{"set", "a", "--as", "c"}, "VALUE is missing\ntry: tryer set NAME VALUE... --as KIND\n"},
      {{"restore", "--how", "soon"},
       "--how cannot be \"soon\"\ntry: --how with one of fast, slow\n"},
      {{"restore", "--times", "10"}, "--times is a number from 1 to 9, not \"10\"\n"},
      {{"restore", "--times", "1x"}, "--times is a number from 1 to 9, not \"1x\"\n"},
      {{"restore", "--force", "--from", "a"}, "--from and --force exclude each other\n"},
      {{"help", "restor"}, "there is no command \"tryer restor\"\ntry: tryer help restore\n"},
      {{"completion", "ksh"}, "there is no completion for ksh\ntry: bash, zsh or fish\n"},
      {{"a\x1b[31m"}, "there is no command \"tryer a\\x1b[31m\"\ntry: tryer help\n"},
  }));
  const Read wrong = read(row.arguments);
  CHECK(wrong.code == kWrongUsage);
  CHECK(wrong.out.empty());
  CHECK_FALSE(wrong.invocation);
  CHECK(wrong.error == std::string("tryer: ") + row.error);
}

TEST_CASE("help is asked for by the flag or by the word, and fits 80 columns", "[command]") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                    {"-h"},
                                                    {"help"},
                                                    {"restore", "--help"},
                                                    {"help", "restore"},
                                                    {"--data", "/a", "help"}}) {
    const Read asked = read(arguments);
    CHECK(asked.code == kSucceeded);
    CHECK(asked.error.empty());
    CHECK_FALSE(asked.invocation);
    CHECK_THAT(asked.out, Catch::Contains("restore"));
    for (const std::string_view line : lines(asked.out))
      CHECK(line.size() <= 80);
  }
  CHECK(read({"help", "restore"}).out == read({"restore", "--help"}).out);
  CHECK(read({"help", "flags"}).out ==
        "  --data DIR  where it is\n"
        "  -h, --help  help about the program or the command\n"
        "  --version   the version of this program\n");
  CHECK(read({"help", "kinds"}).out == "A KIND is one of three.\n");
  CHECK(read({"help", "set"}).out ==
        "change it\n\n  tryer set NAME VALUE... --as KIND\n\n  --as KIND  which\n\n"
        "A VALUE is a word.\n"
        "tryer help flags: what every command takes; tryer help kinds: which there are\n");
  CHECK(read({"--version"}).out == "tryer " MUSTER_VERSION "\n");
  // A value is no command.
  CHECK(read({"--data", "help", "restore"}).invocation);
}

TEST_CASE("what is right is left to the command", "[command]") {
  const Read restore = read({"restore", "--force", "--data", "/a", "--times=3"});
  REQUIRE(restore.invocation);
  CHECK(restore.invocation->command->words == "restore");
  CHECK(restore.invocation->has("--force"));
  CHECK(restore.invocation->text("--data") == "/a");
  CHECK(restore.invocation->integer("--times") == 3);
  CHECK_FALSE(restore.invocation->integer("--how"));
  const Read set = read({"--data", "/a", "set", "a", "b", "c", "--as", "d"});
  REQUIRE(set.invocation);
  CHECK(set.invocation->required("NAME") == "a");
  CHECK(set.invocation->all("VALUE") == std::vector<std::string>{"b", "c"});
}

TEST_CASE("files and folders are left to the shell to complete", "[command]") {
  CHECK(read({"__complete", "backup", "x"}).out == ":files\n");
  CHECK(read({"__complete", "--data", ""}).out == ":folders\n");
  CHECK(read({"__complete", "restore", "--from="}).out == ":files\n");
  CHECK(read({"__complete", "restore", "--how", "s"}).out == "slow\n");
  CHECK(read({"__complete", "set", "a"}).out.empty());
}

TEST_CASE("each shell has a script for each program", "[command]") {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const auto script = completion_script("muster-agent", shell);
    REQUIRE(script);
    CHECK_THAT(*script, Catch::Contains("muster-agent __complete"));
    CHECK_THAT(*script, Catch::Contains("_muster_agent"));
    CHECK_THAT(*script, !Catch::Contains("PROGRAM"));
  }
  CHECK_FALSE(completion_script("muster-agent", "ksh"));
}

}  // namespace muster
