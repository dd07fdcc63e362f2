// SPDX-License-Identifier: Apache-2.0
#include "common/support/clock.h"

#include <catch2/catch.hpp>

using namespace muster;

TEST_CASE("a time is read so that it is written in one form", "[clock]") {
  const char* const kCases[][2] = {
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
      {"2026-11-23t08:12:00.1239+01:00", "2026-11-23T07:12:00.123Z"},
      {"2024-02-29 23:59:60Z", "2024-03-01T00:00:00Z"},
      {"9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"},
      {"9999-12-31T23:59:59+23:59", "9999-12-31T00:00:59Z"},
  };
  for (const auto& [text, written] : kCases) {
    CAPTURE(text);
    const auto at = parse_rfc3339(text);
    REQUIRE(at);
    CHECK(to_rfc3339(*at) == written);
    CHECK(parse_rfc3339(to_rfc3339(*at)) == at);
  }
}

TEST_CASE("no time lies before 1970 or behind 9999, by whatever offset or leap second", "[clock]") {
  for (const char* text : {"1969-12-31T23:59:59Z", "1970-01-01T00:00:00+00:01",
                           "9999-12-31T23:59:60Z", "9999-12-31T23:59:59-00:01"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text));
  }
}
