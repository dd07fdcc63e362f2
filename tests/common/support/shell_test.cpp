// SPDX-License-Identifier: Apache-2.0
#include "common/support/shell.h"

#include <catch2/catch.hpp>

#include "common/support/text.h"
#include "tests/support/program.h"

namespace muster {
namespace {

TEST_CASE("a word for a shell is plain where it can be, and one line that stays as it is") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"lap-0421", "lap-0421"},
      {"2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"},
      {"", "''"},
      {"ana kos", "'ana kos'"},
      {"Novák", "'Novák'"},
      {"x'; touch owned; echo '", R"('x'\''; touch owned; echo '\''')"},
      {"$(touch owned)", "'$(touch owned)'"},
      {"=1+1, \"q\"", "'=1+1, \"q\"'"},
      {"=ls", "'=ls'"},  // zsh would put /usr/bin/ls there
      {"~root", "'~root'"},
      {"a\\b", "'a\\b'"},
      {"line1\nline2", R"($'line1\nline2')"},
      {"a\tb\r", R"($'a\tb\r')"},
      {"it's\n\\n", R"($'it\'s\n\\n')"},
      {"\x1b[2J1", R"($'\033[2J1')"},
      {"\x01"
       "7",
       R"($'\0017')"},
      {"!x\n", R"($'\041x\n')"},
      {"\xC2\x9B", R"($'\302\233')"},  // C1
      {"a\xE2\x80\xAE"
       "b",
       R"($'a\342\200\256b')"},  // turns the text round
      {"\xFF", R"($'\377')"}};
  for (const auto& [text, word] : cases) {
    CHECK(shell_quoted(text) == word);
    CHECK(printable(shell_quoted(text)) == word);
  }
}

TEST_CASE("a shell reads back what was quoted, and runs nothing of it") {
  std::string all;
  for (int byte = 1; byte < 256; ++byte)
    all += static_cast<char>(byte);
  for (const std::string& text :
       {all, std::string("x'; exit 9; echo '"), std::string("`exit 9`$(exit 9)${HOME}\n"),
        std::string("-n"), std::string("\\\\'\\''\n"), std::string("!!\n!x"), std::string("*")}) {
    const auto ran = test::run_program({"/bin/bash", "-c", "printf '%s.' " + shell_quoted(text)});
    CHECK(ran.out == text + ".");
  }
}

}  // namespace
}  // namespace muster
