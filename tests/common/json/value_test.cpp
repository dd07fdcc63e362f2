// SPDX-License-Identifier: Apache-2.0
#include "common/json/value.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("what was read as JSON is written so that it can be read again", "[json]") {
  for (const char* text : {"-0.0", "1.2345678901234568e+20", "9007199254740993.0", "1e300", "0.5",
                           "[-0.0,1.0,-7]", "1e-07", "[1E-05]", "123456789012345680000.0"}) {
    CAPTURE(text);
    const auto read = JsonValue::parse(text);
    REQUIRE(read.ok());
    const auto again = JsonValue::parse(read->dump());
    REQUIRE(again.ok());
    CHECK(again->dump() == read->dump());
    CHECK(JsonValue::parse(read->dump_pretty()).ok());
  }
  CHECK(JsonValue::parse("-0.0")->dump() == "-0.0");
  CHECK(JsonValue::parse("2.0")->dump() == "2");
}

TEST_CASE("a negative zero is refused as an integer and nowhere else", "[json]") {
  for (const char* text : {"-0", "[1,-0]", "{\"e\":-0}", "[1e-07,-0]"}) {
    CAPTURE(text);
    CHECK_FALSE(JsonValue::parse(text).ok());
  }
  for (const char* text : {"1e-07", "1E-0", "\"-0\"", "-0.5", "-0e0"}) {
    CAPTURE(text);
    CHECK(JsonValue::parse(text).ok());
  }
}

TEST_CASE("no token is read that is longer than any that could be taken", "[json]") {
  const std::string spaces(1000, ' '), far(5000, ' ');
  const std::string digits(5000, '1');
  const std::string letters(500'000, 'x');
  CHECK(JsonValue::parse("{" + spaces + "\"a\":" + spaces + "1" + spaces + "}"));
  for (const std::string& text :
       {far, "{" + far + "}", "[1," + far + "2]", digits, "[" + digits + "]", "[" + letters + "]",
        "[\"" + letters + "\"]", "{\"" + letters + "\":1}", "\"" + letters}) {
    INFO(text.substr(0, 20));
    const auto read = JsonValue::parse(text);
    REQUIRE_FALSE(read);
    CHECK(read.failure().message.size() < 200);
  }
}
