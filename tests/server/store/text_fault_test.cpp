// SPDX-License-Identifier: Apache-2.0
#include "server/store/text_fault.h"

#include <catch2/catch.hpp>
#include <string>

using namespace muster::server::store;
using namespace std::string_literals;

TEST_CASE("the first fault of a text is found", "[text]") {
  struct Case {
    std::string text;
    std::optional<TextFault> in_any;
    std::optional<TextFault> in_line;
  };
  const Case cases[] = {
      {"", {}, {}},
      {"a disk is full", {}, {}},
      {"\xC5\xA1tirje dnevi", {}, {}},
      {std::string(40, 'x'), {}, {}},
      {std::string(41, 'x'), TextFault::kTooLong, TextFault::kTooLong},
      {std::string(41, '\xFF'), TextFault::kTooLong, TextFault::kTooLong},
      {"a \xFF", TextFault::kNotUtf8, TextFault::kNotUtf8},
      {"a \xC5", TextFault::kNotUtf8, TextFault::kNotUtf8},
      {"\xED\xA0\x80", TextFault::kNotUtf8, TextFault::kNotUtf8},
      {"a\0b\xFF"s, TextFault::kNotUtf8, TextFault::kNotUtf8},
      {"a\0b"s, TextFault::kNul, TextFault::kNul},
      {"eight characters and a NUL\0"s, TextFault::kNul, TextFault::kNul},
      {"one\ntwo", {}, TextFault::kNotOneLine},
      {"\x1B[31mred", {}, TextFault::kNotOneLine},
      {"\x7F", {}, TextFault::kNotOneLine},
      {"\xE2\x80\xAE txt.exe", {}, TextFault::kNotOneLine},
  };
  for (const Case& one : cases) {
    CAPTURE(one.text);
    CHECK(find_text_fault(one.text, 40) == one.in_any);
    CHECK(find_text_fault(one.text, 40, TextKind::kOneLine) == one.in_line);
    const bool keeps = !one.in_any || (one.in_any == TextFault::kTooLong && one.text[0] == 'x');
    CHECK(is_storable_text(one.text) == keeps);
  }
}
