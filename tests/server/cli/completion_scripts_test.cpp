// SPDX-License-Identifier: Apache-2.0
// The scripts that shells read, run by the shells: names that other people wrote stay data.
#include <catch2/catch.hpp>
#include <fstream>

#include "tests/server/cli/fake_world.h"
#include "tests/support/program.h"

namespace muster::cli {
namespace {

// Instead of the program: what fits, whatever the words are.
constexpr const char* kNames =
    "muster() { printf '%s\\n' lap-1 'x; touch owned' '$(touch owned)' name:; }\n";

std::filesystem::path script_for(const std::string& shell, const std::filesystem::path& folder) {
  FakeWorld world;
  CHECK(world.run({"completion", shell}) == kDone);
  const std::filesystem::path file = folder / "_muster";
  std::ofstream(file) << world.out.str();
  return file;
}

TEST_CASE("bash inserts names as words", "[cli]") {
  const test::TemporaryFolder folder;
  const std::string file = script_for("bash", folder.path()).string();
  const auto ran = test::run_program(
      {"/bin/bash", "-c",
       kNames + std::string("compopt() { :; }; . '") + file +
           "'; COMP_WORDS=(muster show ''); COMP_CWORD=2; _muster; printf '%s\\n' "
           "\"${COMPREPLY[@]}\""});
  INFO(ran.error);
  CHECK(ran.out == "lap-1\nx\\;\\ touch\\ owned\n\\$\\(touch\\ owned\\)\nname:\n");
  CHECK(ran.error.empty());
}

// zsh quotes what compadd is given. At the first TAB the file is read as the body of the function.
TEST_CASE("zsh answers at the first call, and not while the file is only read", "[cli]") {
  if (test::run_program({"/bin/sh", "-c", "command -v zsh"}).code != 0) return;
  const test::TemporaryFolder folder;
  const std::filesystem::path file = script_for("zsh", folder.path());
  const std::string begin = kNames +
                            std::string("compdef() { : }\ncompadd() { print -r -- \"$@\" }\n") +
                            "words=(muster show ''); CURRENT=3\n";
  const auto called = test::run_program(
      {"zsh", "-f", "-c",
       begin + "fields_of() { print -rl -- \"${(P@)1}\" }\ncompadd() { fields_of \"${@[-1]}\" }\n" +
           "fpath=('" + folder.path().string() + "'); autoload -Uz _muster; _muster"});
  INFO(called.error);
  CHECK(called.out == "name:\nlap-1\nx; touch owned\n$(touch owned)\n");
  const auto read = test::run_program({"zsh", "-f", "-c", begin + ". '" + file.string() + "'"});
  CHECK(read.out.empty());
  CHECK(read.error.empty());
}

}  // namespace
}  // namespace muster::cli
