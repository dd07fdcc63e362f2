// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "common/support/text.h"
#include "server/cli/output.h"
#include "server/cli/table.h"

namespace muster::cli {
namespace {

Table sample() {
  return {{"name", "model", "n"},
          {false, false, true},
          {{{"lap-0421"}, {"ThinkPad X1 Carbon Gen 11 with a very long name"}, {"7"}},
           {{"č"}, {"日本"}, {"12"}}}};
}

TEST_CASE("a table fits the width of the terminal, the widest column gives way", "[cli]") {
  for (const std::size_t width : {40U, 60U, 80U, 200U}) {
    const std::string text = aligned(sample(), {width, true, false});
    for (const std::string_view line : lines(text))
      CHECK(display_width(line) <= width);
    CHECK(text.find("lap-0421") != std::string::npos);
  }
  CHECK(aligned(sample(), {30, false, false}) ==
        "lap-0421  ThinkPad X1 Car…   7\n"
        "č         日本              12\n");
}

TEST_CASE("a width is counted in columns of the screen, not in bytes", "[cli]") {
  CHECK(display_width("čšž") == 3);
  CHECK(display_width("日本") == 4);
  CHECK(display_width("e\xCC\x81") == 1);
  CHECK(fitted("日本語", 5) == "日本…");
  CHECK(fitted("abc", 3) == "abc");
}

TEST_CASE("what a stranger wrote cannot drive the terminal nor forge a line", "[cli]") {
  const Table table = {{"name"}, {}, {{{"evil\x1b[2J\nname\ttab"}}}};
  for (const std::string& text :
       {aligned(table, {80, false, false}), tab_separated(table, false)}) {
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find('\t') == std::string::npos);
    CHECK(lines(text).size() == 1);
  }
}

TEST_CASE("without a terminal the same columns are separated by tabs and not cut", "[cli]") {
  const std::string text = tab_separated(sample(), true);
  CHECK(lines(text)[0] == "name\tmodel\tn");
  CHECK(lines(text)[1] == "lap-0421\tThinkPad X1 Carbon Gen 11 with a very long name\t7");
}

TEST_CASE("CSV quotes what needs it and disarms formulas", "[cli]") {
  const std::vector<std::pair<std::string, std::string>> cells = {
      {"plain", "plain"},
      {"a,b", "\"a,b\""},
      {"say \"hi\"", "\"say \"\"hi\"\"\""},
      {"two\nlines", "\"two\nlines\""},
      {"=1+1", "'=1+1"},
      {"+cmd", "'+cmd"},
      {"-cmd", "'-cmd"},
      {"@SUM(A1)", "'@SUM(A1)"},
      {"\tx", "'\tx"},
      {"\rx", "\"'\rx\""},
      {"=a,b", "\"'=a,b\""},
      {"-5", "-5"}};
  for (const auto& [cell, expected] : cells)
    CHECK(csv({{"h"}, {}, {{{cell}}}}, false) == expected + "\r\n");
}

TEST_CASE("colour stands only where it was wanted", "[cli]") {
  CHECK(coloured("failed", Tone::kBad, true) == "\x1b[31mfailed\x1b[0m");
  CHECK(coloured("failed", Tone::kBad, false) == "failed");
  CHECK(tone_of("denied") == Tone::kWarning);
  CHECK(tone_of("ok") == Tone::kPlain);
}

TEST_CASE("sizes are humanised in binary units", "[cli]") {
  CHECK(humanised_bytes(830) == "830 B");
  CHECK(humanised_bytes(16LL << 30) == "16.0 GiB");
  CHECK(humanised_bytes(500LL << 20) == "500 MiB");
}

}  // namespace
}  // namespace muster::cli
