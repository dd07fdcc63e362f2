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

// "2026-11-23 08:12"; UTC has a "Z" behind it, so that nobody takes it for the local time.
std::string date_and_minute(Instant at, Zone zone);
std::string date_only(Instant at, Zone zone);    // "2026-11-23"
std::string minute_only(Instant at, Zone zone);  // "08:12"

// "3 min ago", "2 h ago", "6 d ago", "in 5 min"; "now" within ten seconds.
std::string age(Instant at, Instant now);
std::string duration(std::int64_t ms);  // "3 min", "2 h", "6 d", of a length >= 0

// When a change happened that was seen at `at` and not yet at `not_before`: "between 09:45 and
// 10:00 on 2026-11-23", "between 2026-11-22 23:50 and 2026-11-23 00:05", "seen 2026-11-23 10:00".
std::string between(std::optional<Instant> not_before, Instant at, Zone zone);

// Accepts RFC 3339, "2026-11-23 08:00[:30]", "2026-11-23T08:00", "2026-11-23", "08:00" (today),
// "now", "today", "yesterday [08:00]", "2h ago", "30 min ago", "-3d". nullopt: none of these, a day
// that does not exist, or a local time that was skipped when clocks went forward.
std::optional<Instant> parse_time(std::string_view text, Instant now, Zone zone);

// "90s", "30m", "24h", "7d", "2w", "30 min": milliseconds; nullopt: not one.
std::optional<std::int64_t> parse_duration(std::string_view text);

}  // namespace muster::cli
