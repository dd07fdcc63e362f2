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
      {"tuesday", "2026-11-16T23:00:00Z"},  // today is a Monday
      {"Tue 14:00", "2026-11-17T13:00:00Z"},
      {"monday", "2026-11-22T23:00:00Z"},
      {"monday 14:00", "2026-11-16T13:00:00Z"},  // that of today lies ahead
      {"last monday", "2026-11-15T23:00:00Z"},
      {"last tuesday noon", "2026-11-17T11:00:00Z"},
      {"noon", "2026-11-23T11:00:00Z"},
      {"midnight", "2026-11-22T23:00:00Z"},
      {"yesterday noon", "2026-11-22T11:00:00Z"},
      {"@1700000000", "2023-11-14T22:13:20Z"},
      {"2h", "2026-11-23T08:00:00Z"},
      {"24h", "2026-11-22T10:00:00Z"},
      {"1d 12h", "2026-11-21T22:00:00Z"},
      {"3 days ago", "2026-11-20T10:00:00Z"},
      {"20 Nov 08:00", "2026-11-20T07:00:00Z"},
      {"Nov 20", "2026-11-19T23:00:00Z"},
      {"29 Nov", "2025-11-28T23:00:00Z"},
      {"29 nov 2024 08:00", "2024-11-29T07:00:00Z"},
      {"2026-11-23 08:00Z", "2026-11-23T08:00:00Z"},
      {"2026-11-23T08:00+05:00", "2026-11-23T03:00:00Z"},
      {"2026-11-23 08:00 UTC", "2026-11-23T08:00:00Z"},
      {"2026-11-23 08:00 +1030", "2026-11-22T21:30:00Z"},
      {"08:00 -03", "2026-11-23T11:00:00Z"},
      {"2026-10-25 02:30 CEST", "2026-10-25T00:30:00Z"},
      {"2026-10-25 02:30 CET", "2026-10-25T01:30:00Z"},
      {"2026-10-25 02:30", "2026-10-25T01:30:00Z"},
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
  for (const char* text : {"",
                           "soon",
                           "2026-02-31",
                           "2026-13-01",
                           "2026-11-23 25:00",
                           "ago",
                           "-",
                           "h ago",
                           "2026-11-23 8",
                           "23.11.2026",
                           "2026-03-29 02:30",
                           "-99999999d",
                           "1899-01-01",
                           "24",
                           "last",
                           "last week",
                           "tuesdays",
                           "@",
                           "@-1",
                           "@1.5",
                           "30 feb",
                           "08:00 XYZ",
                           "08:00 +1",
                           "08:00 +24:00",
                           "08:00 +01:0",
                           "2026-10-25 12:30 CEST",
                           "2h tuesday",
                           "noon yesterday",
                           "now ago"}) {
    INFO(text);
    CHECK_FALSE(parse_time(text, now, Zone::kLocal).has_value());
  }
}

TEST_CASE("a time that clocks showed twice or never is said to be so", "[cli]") {
  in_central_europe();
  const Instant now = at("2026-11-23T10:00:00Z");
  const TimeReading twice = read_time("2026-10-25 02:30", now, Zone::kLocal);
  CHECK(twice.at == at("2026-10-25T01:30:00Z"));
  CHECK(twice.earlier == at("2026-10-25T00:30:00Z"));
  CHECK_FALSE(read_time("2026-10-25 03:30", now, Zone::kLocal).earlier);
  CHECK_FALSE(read_time("2026-10-25 02:30", now, Zone::kUtc).earlier);
  CHECK(read_time("2026-03-29 02:30", now, Zone::kLocal).why ==
        "that hour was skipped here: clocks went forward");
  CHECK(read_time("2026-02-31", now, Zone::kLocal).why == "there is no such day");
  CHECK(read_time("soon", now, Zone::kLocal).why.empty());
  // Brazil's summer time began at midnight: that day begins at 01:00.
  ::setenv("TZ", "BRT3BRST,M11.1.0/0,M2.3.0/0", 1);
  ::tzset();
  CHECK(parse_time("2017-11-05", now, Zone::kLocal) == at("2017-11-05T03:00:00Z"));
  CHECK_FALSE(parse_time("2017-11-05 00:30", now, Zone::kLocal));
}

TEST_CASE("a time that clocks show twice has its zone behind it, and can be typed so", "[cli]") {
  in_central_europe();
  const Instant now = at("2026-11-23T10:00:00Z");
  const std::vector<std::pair<const char*, const char*>> cases = {
      {"2026-10-24T23:59:00Z", "2026-10-25 01:59"},
      {"2026-10-25T00:00:00Z", "2026-10-25 02:00 CEST"},
      {"2026-10-25T00:59:00Z", "2026-10-25 02:59 CEST"},
      {"2026-10-25T01:00:00Z", "2026-10-25 02:00 CET"},
      {"2026-10-25T01:59:00Z", "2026-10-25 02:59 CET"},
      {"2026-10-25T02:00:00Z", "2026-10-25 03:00"},
      {"2026-03-29T01:00:00Z", "2026-03-29 03:00"}};
  for (const auto& [instant, shown] : cases) {
    CHECK(date_and_minute(at(instant), Zone::kLocal) == shown);
    CHECK(parse_time(shown, now, Zone::kLocal) == at(instant));
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

TEST_CASE("a change between two looks on both sides of a change of clocks", "[cli]") {
  struct Case {
    const char* zone;
    const char* from;
    const char* to;
    const char* shown;
  };
  const char* const kTenMinutes = "AAA0BBB-0:10,J1/0,J333/18:45:00";
  const char* const kTwentyMinutes = "AAA0BBB-0:20,J1/0,J333/18:55:00";
  const char* const kUnnamed = "<+01>-1<+02>,M3.5.0,M10.5.0/3";
  const char* const kOneName = "SAME-1SAME,M3.5.0,M10.5.0/3";
  const char* const kLjubljana = "Europe/Ljubljana";
  const std::vector<Case> cases = {
      {kTenMinutes, "2026-11-29T18:29:00Z", "2026-11-29T18:39:00Z",
       "between 18:39 BBB and 18:39 AAA on 2026-11-29"},
      {kTenMinutes, "2026-11-29T18:20:00Z", "2026-11-29T18:30:00Z",
       "between 18:30 and 18:40 BBB on 2026-11-29"},
      {kTenMinutes, "2026-11-29T18:36:00Z", "2026-11-29T18:50:00Z",
       "between 18:36 AAA and 18:50 on 2026-11-29"},
      {kTwentyMinutes, "2026-11-29T18:29:00Z", "2026-11-29T18:39:00Z",
       "between 18:49 BBB and 18:39 AAA on 2026-11-29"},
      {kUnnamed, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",
       "between 02:30 +02 and 02:30 +01 on 2026-10-25"},
      {kOneName, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z",
       "between 02:30 +02:00 and 02:30 +01:00 on 2026-10-25"},
      {kLjubljana, "2026-10-25T00:40:00Z", "2026-10-25T01:20:00Z",
       "between 02:40 CEST and 02:20 CET on 2026-10-25"},
      {kLjubljana, "2026-10-24T10:00:00Z", "2026-10-25T10:00:00Z",
       "between 2026-10-24 12:00 CEST and 2026-10-25 11:00 CET"},
      {kLjubljana, "2026-03-29T00:50:00Z", "2026-03-29T01:10:00Z",
       "between 01:50 CET and 03:10 CEST on 2026-03-29"},
      {kLjubljana, "2026-10-25T01:10:00Z", "2026-10-25T01:10:30Z", "at 02:10 CET on 2026-10-25"},
      {kLjubljana, "2026-11-23T08:45:10Z", "2026-11-23T08:45:50Z", "at 09:45 on 2026-11-23"}};
  for (const Case& each : cases) {
    INFO(each.zone << ' ' << each.from);
    ::setenv("TZ", each.zone, 1);
    ::tzset();
    CHECK(between(at(each.from), at(each.to), Zone::kLocal) == each.shown);
  }
  CHECK(between(at("2026-10-25T00:40:00Z"), at("2026-10-25T01:20:00Z"), Zone::kUtc) ==
        "between 00:40Z and 01:20Z on 2026-10-25");
}

TEST_CASE("ages and lengths are said in the unit that fits", "[cli]") {
  const Instant now = at("2026-11-23T10:00:00Z");
  CHECK(age(now - 5'000, now) == "now");
  CHECK(age(now - 180'000, now) == "3 min ago");
  CHECK(age(now - 6LL * 86'400'000, now) == "6 d ago");
  CHECK(age(now + 300'000, now) == "in 5 min");
  CHECK(parse_duration("24h") == 86'400'000);
  CHECK(parse_duration("30 min") == 1'800'000);
  CHECK(parse_duration("1d 12h") == 36 * 3'600'000);
  CHECK(parse_duration("2 weeks") == 14 * 86'400'000LL);
  CHECK_FALSE(parse_duration("").has_value());
  CHECK_FALSE(parse_duration("24").has_value());
  CHECK_FALSE(parse_duration("40001d").has_value());
  CHECK_FALSE(parse_duration("40000d 1s").has_value());
  CHECK_FALSE(parse_duration("99999999999999999999h").has_value());
}

}  // namespace
}  // namespace muster::cli
