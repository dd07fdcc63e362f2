// SPDX-License-Identifier: Apache-2.0
#include "common/command/command_line.h"

#include <CLI/CLI.hpp>
#include <catch2/catch.hpp>
#include <sstream>

namespace muster {
namespace {

struct Parsed {
  std::optional<int> code;
  std::string out;
  std::string error;
};

// A program with the commands backup FILE and restore [--force], and --data for both.
Parsed parse(const std::vector<std::string>& arguments) {
  CLI::App app("Tries things.", "tryer");
  std::string data, file;
  bool force = false;
  app.add_option("--data", data, "Where it is");
  app.require_subcommand(1);
  app.fallthrough();
  app.add_subcommand("backup", "Copy it")->add_option("FILE", file, "Where to")->required();
  app.add_subcommand("restore", "Bring it back")
      ->add_flag("--force", force,
                 "Although something is there that is newer than what is to be brought back and "
                 "would be lost by that");
  std::ostringstream out;
  std::ostringstream error;
  const auto code = parse_command_line(app, arguments, out, error);
  return {code, out.str(), error.str()};
}

}  // namespace

TEST_CASE("a mistake is told in words, with what may have been meant", "[command]") {
  struct Row {
    std::vector<std::string> arguments;
    const char* error;
  };
  const auto row = GENERATE(values<Row>({
      {{"nosuch"}, "tryer: there is no command \"nosuch\"\ntry: tryer --help\n"},
      {{"bakup"}, "tryer: there is no command \"bakup\"\ntry: tryer backup\n"},
      {{"--data", "/a", "restor"}, "tryer: there is no command \"restor\"\ntry: tryer restore\n"},
      {{"backpu", "a", "--data", "b"},
       "tryer: there is no command \"backpu\"\ntry: tryer backup\n"},
      {{}, "tryer: which command? There are backup, restore\ntry: tryer --help\n"},
      {{"--dta"}, "tryer: there is no flag --dta before a command\ntry: --data\n"},
      {{"--dta", "restore"}, "tryer: restore has no flag --dta\ntry: --data\n"},
      {{"restore", "--forse"}, "tryer: restore has no flag --forse\ntry: --force\n"},
      {{"restore", "--dat=3"}, "tryer: restore has no flag --dat\ntry: --data\n"},
      {{"restore", "--xyzzyplugh"},
       "tryer: restore has no flag --xyzzyplugh\ntry: tryer restore --help\n"},
      {{"restore", "a"}, "tryer: \"a\" is one argument too many\ntry: tryer restore --help\n"},
      {{"backup"}, "tryer: FILE is required\ntry: tryer backup --help\n"},
      {{"backup", "a", "b"}, "tryer: \"b\" is one argument too many\ntry: tryer backup --help\n"},
      {{"a\x1b[31m"}, "tryer: there is no command \"a\\x1b[31m\"\ntry: tryer --help\n"},
  }));
  const Parsed parsed = parse(row.arguments);
  CHECK(parsed.code == kWrongUsage);
  CHECK(parsed.out.empty());
  CHECK(parsed.error == row.error);
}

TEST_CASE("help is asked for by the flag or by the word, and fits 80 columns", "[command]") {
  for (const std::vector<std::string>& arguments : {std::vector<std::string>{"--help"},
                                                    {"help"},
                                                    {"restore", "--help"},
                                                    {"help", "restore"},
                                                    {"--data", "/a", "help"}}) {
    const Parsed parsed = parse(arguments);
    CHECK(parsed.code == 0);
    CHECK(parsed.error.empty());
    CHECK_THAT(parsed.out, Catch::Contains("restore"));
    std::istringstream lines(parsed.out);
    for (std::string line; std::getline(lines, line);)
      CHECK(line.size() <= 80);
  }
  CHECK(parse({"help", "restore"}).out == parse({"restore", "--help"}).out);
  // A value is no command.
  CHECK(parse({"--data", "help", "restore"}).code == std::nullopt);
}

TEST_CASE("what is right is left to the command", "[command]") {
  CHECK(parse({"restore", "--force", "--data", "/a"}).code == std::nullopt);
  CHECK(parse({"--data", "/a", "backup", "b"}).code == std::nullopt);
}

TEST_CASE("long lines of help go on below their last column", "[command]") {
  CHECK(wrapped_help("  --flag TEXT   one two three four five\n", 34) ==
        "  --flag TEXT   one two three four\n                five\n");
  CHECK(wrapped_help("a line without columns that is long\n", 20) ==
        "a line without\ncolumns that is long\n");
  CHECK(wrapped_help("short\n\n", 20) == "short\n\n");
  CHECK(wrapped_help("  unbreakable_unbreakable_unbreakable\n", 20) ==
        "  unbreakable_unbreakable_unbreakable\n");
}

}  // namespace muster
