// SPDX-License-Identifier: Apache-2.0
#include "server/cli/times.h"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <ctime>

namespace muster::cli {
namespace {

// Central Europe with its summer time, without need of the zone database.
void in_central_europe() {
  ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  ::tzset();
}

Instant at(const char* text) {
  return *parse_rfc3339(text);
}

TEST_CASE("times are read in the zone of the person", "[cli]") {
  in_central_europe();
  const Instant now = at("2026-11-23T10:00:00Z");
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"2026-11-23 08:00", "2026-11-23T07:00:00Z"},
      {"2026-11-23T08:00:30", "2026-11-23T07:00:30Z"},
      {"2026-07-01 08:00", "2026-07-01T06:00:00Z"},
      {"2026-11-20", "2026-11-19T23:00:00Z"},
      {"08:00", "2026-11-23T07:00:00Z"},
      {"today", "2026-11-22T23:00:00Z"},
      {"yesterday", "2026-11-21T23:00:00Z"},
      {"yesterday 14:30", "2026-11-22T13:30:00Z"},
      {"now", "2026-11-23T10:00:00Z"},
      {"2h ago", "2026-11-23T08:00:00Z"},
      {"30 min ago", "2026-11-23T09:30:00Z"},
      {"-3d", "2026-11-20T10:00:00Z"},
      {"2026-11-23T08:00:00+05:00", "2026-11-23T03:00:00Z"},
      {"2026-11-23T08:00:00Z", "2026-11-23T08:00:00Z"}};
  for (const auto& [text, expected] : cases) {
    INFO(text);
    const auto found = parse_time(text, now, Zone::kLocal);
    REQUIRE(found.has_value());
    CHECK(to_rfc3339(*found) == expected);
  }
  CHECK(to_rfc3339(*parse_time("2026-11-23 08:00", now, Zone::kUtc)) == "2026-11-23T08:00:00Z");
}

TEST_CASE("what is no time is refused, also a day or an hour that does not exist", "[cli]") {
  in_central_europe();
  const Instant now = at("2026-11-23T10:00:00Z");
  for (const char* text :
       {"", "soon", "2026-02-31", "2026-13-01", "2026-11-23 25:00", "ago", "-", "h ago",
        "2026-11-23 8", "23.11.2026", "2026-03-29 02:30", "-99999999d", "1899-01-01"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text, now, Zone::kLocal).has_value());
  }
}

TEST_CASE("no time before 1970 is found by counting back", "[cli]") {
  const Instant now = at("2026-11-23T08:00:00Z");
  CHECK(parse_time("20000d ago", now, Zone::kUtc) == now - 20'000LL * 24 * 3600 * 1000);
  CHECK_FALSE(parse_time("30000d ago", now, Zone::kUtc));
  CHECK_FALSE(parse_time("-30000d", now, Zone::kUtc));
}

TEST_CASE("a change is said to lie between two looks", "[cli]") {
  in_central_europe();
  const Instant seen = at("2026-11-23T09:00:00Z");
  CHECK(between(at("2026-11-23T08:45:00Z"), seen, Zone::kLocal) ==
        "between 09:45 and 10:00 on 2026-11-23");
  CHECK(between(at("2026-11-22T22:50:00Z"), seen, Zone::kLocal) ==
        "between 2026-11-22 23:50 and 2026-11-23 10:00");
  CHECK(between(std::nullopt, seen, Zone::kUtc) == "seen 2026-11-23 09:00Z");
}

TEST_CASE("ages and lengths are said in the unit that fits", "[cli]") {
  const Instant now = at("2026-11-23T10:00:00Z");
  CHECK(age(now - 5'000, now) == "now");
  CHECK(age(now - 180'000, now) == "3 min ago");
  CHECK(age(now - 6LL * 86'400'000, now) == "6 d ago");
  CHECK(age(now + 300'000, now) == "in 5 min");
  CHECK(parse_duration("24h") == 86'400'000);
  CHECK(parse_duration("30 min") == 1'800'000);
  CHECK_FALSE(parse_duration("24").has_value());
  CHECK_FALSE(parse_duration("99999999999999999999h").has_value());
}

}  // namespace
}  // namespace muster::cli
