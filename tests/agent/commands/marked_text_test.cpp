// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/marked_text.h"

#include <catch2/catch.hpp>

using muster::agent::commands::find_values;
using muster::agent::commands::show_marked;

TEST_CASE("a value is marked in its line", "[explain]") {
  const auto shown = show_marked("NAME=x\nID=debian\nLIKE=\"debian\"\n", {"debian"}, false);
  CHECK(shown.occurrences == 2);
  CHECK(shown.text == "  NAME=x\n> ID=[[debian]]\n> LIKE=\"[[debian]]\"\n");
}

TEST_CASE("values that touch or overlap are one place", "[explain]") {
  CHECK(show_marked("abcdef\n", {"abcd", "cdef"}, false).text == "> [[abcdef]]\n");
  CHECK(show_marked("abcdabcd\n", {"abcd"}, false).text == "> [[abcdabcd]]\n");
}

TEST_CASE("a short value must stand by itself", "[explain]") {
  CHECK(find_values("12 x12 12x 3.12", {"12"}).size() == 2);
  CHECK(find_values("1234", {"123"}).empty());
  CHECK(find_values("x12345", {"1234"}).size() == 1);
  CHECK(find_values("anything", {""}).empty());
}

TEST_CASE("a value over several lines is marked in each of them", "[explain]") {
  CHECK(show_marked("a one\ntwo b\nthree\n", {"one\ntwo"}, false).text ==
        "> a [[one]]\n> [[two]] b\n  three\n");
}

TEST_CASE("a long file shows the lines around a value, and all of them when asked", "[explain]") {
  std::string text;
  for (int i = 0; i < 100; ++i)
    text += "line" + std::to_string(i) + "\n";
  const auto shown = show_marked(text, {"line50"}, false);
  CHECK(shown.text ==
        "  ... 49 lines (--all shows them)\n  line49\n> [[line50]]\n  line51\n"
        "  ... 48 lines (--all shows them)\n");
  const auto all = show_marked(text, {"line50"}, true);
  CHECK(all.text.find("  line99\n") != std::string::npos);
  CHECK(all.text.find("...") == std::string::npos);
}

TEST_CASE("binary content is a hex dump with the lines marked that hold the value", "[explain]") {
  std::string bytes(40, '\0');
  bytes.replace(14, 4, "SER1");  // over the end of a line
  const auto shown = show_marked(bytes, {"SER1"}, false);
  CHECK(shown.occurrences == 1);
  CHECK(shown.text ==
        "> 00000000  00 00 00 00 00 00 00 00 00 00 00 00 00 00 53 45  |..............SE|\n"
        "> 00000010  52 31 00 00 00 00 00 00 00 00 00 00 00 00 00 00  |R1..............|\n"
        "  00000020  00 00 00 00 00 00 00 00                          |........|\n");
}

TEST_CASE("what a terminal would obey is escaped", "[explain]") {
  const auto shown = show_marked(
      "name=\xc2\x9b"
      "31m evil\n",
      {"evil"}, false);
  CHECK(shown.text.find("\xc2\x9b") == std::string::npos);
  CHECK(shown.text.find("[[evil]]") != std::string::npos);
  CHECK(show_marked("\x1b[31m", {}, false).text.find('\x1b') == std::string::npos);
}

TEST_CASE("nothing shows as nothing", "[explain]") {
  CHECK(show_marked("", {"x"}, false).text.empty());
}
