// SPDX-License-Identifier: Apache-2.0
// Times between people and the API: shown in the zone of the person on a terminal, read in it, and
// always sent with an offset. The zone is the process's (TZ, tzset(3)). Any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/clock.h"

namespace muster::cli {

enum class Zone { kLocal, kUtc };

// "2026-11-23 08:12"; UTC has a "Z" behind it, so that nobody takes it for the local time. A local
// time that is there twice, because clocks go back, has its zone behind it: "2026-10-25 02:30 CET".
std::string date_and_minute(Instant at, Zone zone);
std::string date_only(Instant at, Zone zone);    // "2026-11-23"
std::string minute_only(Instant at, Zone zone);  // "08:12"

// "3 min ago", "2 h ago", "6 d ago", "in 5 min"; "now" within ten seconds.
std::string age(Instant at, Instant now);
std::string duration(std::int64_t ms);  // "3 min", "2 h", "6 d", of a length >= 0

// When a change happened that was seen at `at` and not yet at `not_before`: "between 09:45 and
// 10:00 on 2026-11-23", "between 2026-11-22 23:50 and 2026-11-23 00:05", "at 09:45 on 2026-11-23"
// within a minute, "seen 2026-11-23 10:00". Both have their zone behind them where clocks were
// changed in between: "between 02:40 CEST and 02:20 CET on 2026-10-25".
std::string between(std::optional<Instant> not_before, Instant at, Zone zone);

// What somebody typed as a time.
struct TimeReading {
  std::optional<Instant> at = {};  // nullopt: no time
  // The clocks showed that time twice; `at` is the later one, this is the earlier.
  std::optional<Instant> earlier = {};
  // Why it is none, for a person; empty where it is not even like one.
  std::string why = {};
};

// Accepts, in any case of letters:
//   RFC 3339, and the same without seconds           2026-11-23T08:00+01:00
//   a day, a time of day, or both                     2026-11-23 08:00[:30], 08:00 (today)
//   with a zone: Z, UTC, an offset, or a name that the zone has there     02:30 CET
//   now, today, yesterday, noon, midnight             yesterday noon
//   a day of the week: the latest that is not ahead   tuesday, tue 14:00
//   the latest before today                           last tuesday
//   a day and a month, [the latest], as lists show it 29 Nov [2026] [08:00]
//   an age                                            2h, 2h ago, -3d, 1d 12h, 30 minutes ago
//   seconds since 1970                                @1700000000
// A day alone is its beginning. No time: a day that does not exist, or a local time that was
// skipped when clocks went forward.
TimeReading read_time(std::string_view text, Instant now, Zone zone);
std::optional<Instant> parse_time(std::string_view text, Instant now, Zone zone);  // its `at`

// "90s", "30m", "24h", "7d", "2w", "30 min", "1d 12h": milliseconds; nullopt: not one.
std::optional<std::int64_t> parse_duration(std::string_view text);

// --- what showing and reading share: the local clock at an instant

struct LocalClock {
  std::int64_t offset_s = 0;  // what it shows, less UTC
  std::string zone = {};      // "CET"
};
LocalClock local_clock(Instant at);

}  // namespace muster::cli
