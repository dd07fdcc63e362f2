// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include "common/support/text.h"
#include "server/cli/output.h"
#include "server/cli/short_text.h"
#include "server/cli/table.h"
#include "server/cli/table_layout.h"

namespace muster::cli {
namespace {

Table sample(Giving model = {Fit::kEnd, 0, 8}) {
  return {{"name", "model", "n"},
          {false, false, true},
          {{{"lap-0421"}, {"ThinkPad X1 Carbon Gen 11 with a very long name"}, {"7"}},
           {{"č"}, {"日本"}, {"12"}}},
          {{Fit::kWhole}, model, {Fit::kWhole}}};
}

std::string plain(const Table& table, std::size_t width, bool headings = false) {
  return aligned(table, {width, headings, false}).text;
}

TEST_CASE("a table fits the width of the terminal, what may give way does", "[cli]") {
  for (const Giving model : {Giving{Fit::kEnd, 0, 8}, Giving{Fit::kWords}, Giving{Fit::kWhole},
                             Giving{Fit::kWhole, 1}, Giving{Fit::kMiddle}}) {
    for (const std::size_t width : {24U, 30U, 40U, 60U, 80U, 200U}) {
      const std::string text = plain(sample(model), width, true);
      for (const std::string_view line : lines(text))
        CHECK(display_width(line) <= width);
      CHECK(text.find("lap-0421") != std::string::npos);
    }
  }
  CHECK(plain(sample(), 30) ==
        "lap-0421  ThinkPad X1 Car…   7\n"
        "č         日本              12\n");
}

TEST_CASE("a sentence goes on in the next line, at a blank", "[cli]") {
  CHECK(plain(sample({Fit::kWords}), 34) ==
        "lap-0421  ThinkPad X1 Carbon     7\n"
        "          Gen 11 with a very\n"
        "          long name\n"
        "č         日本                  12\n");
  CHECK(wrapped("one  two", 4) == std::vector<std::string>{"one", "two"});
  CHECK(wrapped("abcdefgh", 3) == std::vector<std::string>{"abc", "def", "gh"});
  CHECK(wrapped("ab cdefgh", 4) == std::vector<std::string>{"ab", "cdef", "gh"});
  CHECK(wrapped("日本語", 3) == std::vector<std::string>{"日", "本", "語"});
  CHECK(wrapped("   at foo(bar)", 8) == std::vector<std::string>{"   at", "foo(bar)"});
  CHECK(wrapped("", 3) == std::vector<std::string>{""});
}

TEST_CASE("the least important column is left out, and that is told", "[cli]") {
  const Aligned shown = aligned(sample({Fit::kWhole, 1}), {30, false, false});
  CHECK(shown.text == "lap-0421   7\nč         12\n");
  CHECK(shown.left_out == std::vector<std::string>{"model"});
  CHECK(aligned(sample({Fit::kWhole, 1}), {80, false, false}).left_out.empty());
}

TEST_CASE("what is whole is never cut: it runs over, and the row goes on below", "[cli]") {
  const Table table = {{"name", "state", "serial"},
                       {},
                       {{{"lap-1"}, {"silent"}, {"5CG1234X9Q"}},
                        {{"a-machine-with-a-long-name"}, {"ok"}, {"VMware-56 4d 7c 1f 0e 2a 91"}}},
                       {{Fit::kWhole, 0, 8}, {Fit::kWhole}, {Fit::kWhole, 0, 10}}};
  CHECK(plain(table, 32) ==
        "lap-1        silent  5CG1234X9Q\n"
        "a-machine-with-a-long-name\n"
        "             ok\n"
        "     VMware-56 4d 7c 1f 0e 2a 91\n");
  // Wider than the terminal: there is no other way than to break it.
  CHECK(plain({{"name"}, {}, {{{"abcdefghijkl"}}}, {{Fit::kWhole}}}, 8) == "abcdefgh\nijkl\n");
}

TEST_CASE("a table that cannot stand becomes a list of each row", "[cli]") {
  Table table;
  for (int i = 0; i < 9; ++i)
    table.headings.push_back("column " + std::to_string(i));
  table.rows.push_back(std::vector<Cell>(9, {"a cell with some words"}));
  const std::string text = plain(table, 40);
  CHECK(lines(text).size() == 9);
  CHECK(lines(text)[1] == "column 1  a cell with some words");
}

TEST_CASE("a system keeps its version where its name is cut", "[cli]") {
  CHECK(fitted_middle("Red Hat Enterprise Linux 9.4", 15) == "Red Hat En… 9.4");
  CHECK(fitted_middle("Ubuntu 24.04.1 LTS", 12) == "Ubu… 24.04.1");
  CHECK(fitted_middle("ThinkPad", 5) == "Thin…");
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"Debian GNU/Linux 12.11", "Debian 12.11"},
           {"Ubuntu 24.04.1 LTS (Noble Numbat)", "Ubuntu 24.04.1 LTS"},
           {"Red Hat Enterprise Linux 9.4 (Plow)", "Red Hat Enterprise Linux 9.4"},
           {"Alpine Linux 3.20.3", "Alpine Linux 3.20.3"},
           {"Odd (open", "Odd (open"}})
    CHECK(short_system(text) == expected);
  CHECK(short_class("hardware.computer.laptop") == "laptop");
  CHECK(short_class("printer") == "printer");
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
  for (const std::string& text : {plain(table, 80), tab_separated(table, false)}) {
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
    CHECK(csv({{"h"}, {}, {{{cell}}}}, {.headings = false}) == expected + "\n");
}

TEST_CASE("CSV for programs has values as they are, and CR LF where it is wanted", "[cli]") {
  const Table table = {{"h"}, {}, {{{"@novak"}}, {{"+420 123"}}}};
  CHECK(csv(table, {}) == "h\n'@novak\n'+420 123\n");
  CHECK(csv(table, {.is_disarmed = false}) == "h\n@novak\n+420 123\n");
  CHECK(csv(table, {.ends_with_crlf = true}) == "h\r\n'@novak\r\n'+420 123\r\n");
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
