// SPDX-License-Identifier: Apache-2.0
// How times are shown; how they are read is in read_time.cpp.
#include "server/cli/times.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>

#include "common/support/text.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kSecondMs = 1000;
constexpr std::int64_t kMinuteMs = 60 * kSecondMs;
constexpr std::int64_t kHourMs = 60 * kMinuteMs;
constexpr std::int64_t kDayMs = 24 * kHourMs;
constexpr std::int64_t kNowMs = 10 * kSecondMs;
constexpr std::int64_t kLongestMs = 40'000 * kDayMs;

struct Unit {
  std::array<std::string_view, 4> names;
  std::int64_t ms;
};
constexpr std::array<Unit, 5> kUnits = {{{{"s", "sec", "second", "seconds"}, kSecondMs},
                                         {{"m", "min", "minute", "minutes"}, kMinuteMs},
                                         {{"h", "hour", "hours", "hrs"}, kHourMs},
                                         {{"d", "day", "days", "days"}, kDayMs},
                                         {{"w", "week", "weeks", "weeks"}, 7 * kDayMs}}};

std::optional<std::int64_t> unit_ms(std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (std::find(unit.names.begin(), unit.names.end(), name) != unit.names.end()) return unit.ms;
  }
  return std::nullopt;
}

std::tm broken_down(Instant at, Zone zone) {
  std::int64_t seconds = at.ms / kSecondMs;
  if (at.ms % kSecondMs < 0) --seconds;
  const auto time = static_cast<std::time_t>(seconds);
  std::tm parts{};
  zone == Zone::kUtc ? ::gmtime_r(&time, &parts) : ::localtime_r(&time, &parts);
  return parts;
}

std::string formatted(Instant at, Zone zone, const char* format) {
  const std::tm parts = broken_down(at, zone);
  std::array<char, 64> buffer{};
  const std::size_t size = std::strftime(buffer.data(), buffer.size(), format, &parts);
  return std::string(buffer.data(), size);
}

// Whether the local clock shows this time at another moment too: clocks go back about then. Before
// and behind such a change the offset is that of the day before and of the day behind.
bool is_shown_twice(Instant at) {
  const std::int64_t own = local_clock(at).offset_s;
  for (const std::int64_t away : {-kDayMs, kDayMs}) {
    const std::int64_t other = local_clock(at + away).offset_s;
    if (other == own) continue;
    const Instant twin = at + (own - other) * kSecondMs;
    if (local_clock(twin).offset_s == other) return true;
  }
  return false;
}

// The format, and the zone behind it: "Z", or the local one where `zone_too` or where the time
// alone could be either of two.
std::string with_zone(Instant at, Zone zone, const char* format, const std::string& local_zone) {
  std::string text = formatted(at, zone, format);
  if (zone == Zone::kUtc) return text + 'Z';
  if (!local_zone.empty()) return text + ' ' + local_zone;
  return is_shown_twice(at) ? text + ' ' + local_clock(at).zone : text;
}

std::string offset_text(std::int64_t offset_s) {
  const std::int64_t minutes = std::abs(offset_s) / 60;
  const std::string text = std::to_string(10000 + minutes / 60 * 100 + minutes % 60);
  return (offset_s < 0 ? "-" : "+") + text.substr(1, 2) + ':' + text.substr(3);
}

}  // namespace

LocalClock local_clock(Instant at) {
  const std::tm parts = broken_down(at, Zone::kLocal);
  return {parts.tm_gmtoff, parts.tm_zone == nullptr ? "" : parts.tm_zone};
}

std::string date_and_minute(Instant at, Zone zone) {
  return with_zone(at, zone, "%Y-%m-%d %H:%M", {});
}
std::string date_only(Instant at, Zone zone) {
  return formatted(at, zone, "%Y-%m-%d");
}
std::string minute_only(Instant at, Zone zone) {
  return with_zone(at, zone, "%H:%M", {});
}

std::string duration(std::int64_t ms) {
  if (ms < kMinuteMs) return std::to_string(ms / kSecondMs) + " s";
  if (ms < 2 * kHourMs) return std::to_string(ms / kMinuteMs) + " min";
  if (ms < 2 * kDayMs) return std::to_string(ms / kHourMs) + " h";
  return std::to_string(ms / kDayMs) + " d";
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  const std::string lowered = lower_ascii(trim(text));
  std::string_view rest = lowered;
  std::int64_t total_ms = 0;
  while (!rest.empty()) {
    const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    const auto count = parse_integer(rest.substr(0, digits));
    rest = trim(rest.substr(digits));
    const std::size_t end = std::min(rest.find_first_of(" 0123456789"), rest.size());
    const auto each_ms = unit_ms(rest.substr(0, end));
    if (digits == 0 || !count || !each_ms || *count > (kLongestMs - total_ms) / *each_ms)
      return std::nullopt;
    total_ms += *count * *each_ms;
    rest = trim(rest.substr(end));
  }
  return lowered.empty() ? std::nullopt : std::optional(total_ms);
}

std::string age(Instant at, Instant now) {
  const std::int64_t ms = now - at;
  if (std::abs(ms) < kNowMs) return "now";
  return ms > 0 ? duration(ms) + " ago" : "in " + duration(-ms);
}

std::string between(std::optional<Instant> not_before, Instant at, Zone zone) {
  if (!not_before) return "seen " + date_and_minute(at, zone);
  const std::string day = date_only(at, zone);
  std::string zone_from;
  std::string zone_to;
  if (zone == Zone::kLocal) {
    const LocalClock from = local_clock(*not_before);
    const LocalClock to = local_clock(at);
    if (from.offset_s != to.offset_s) {
      const bool named = from.zone != to.zone && !from.zone.empty() && !to.zone.empty();
      zone_from = named ? from.zone : offset_text(from.offset_s);
      zone_to = named ? to.zone : offset_text(to.offset_s);
    }
  }
  if (date_only(*not_before, zone) != day) {
    return "between " + with_zone(*not_before, zone, "%Y-%m-%d %H:%M", zone_from) + " and " +
           with_zone(at, zone, "%Y-%m-%d %H:%M", zone_to);
  }
  const std::string from = with_zone(*not_before, zone, "%H:%M", zone_from);
  const std::string to = with_zone(at, zone, "%H:%M", zone_to);
  // The clock shows the same only within the same minute, or an hour apart with another zone.
  if (from == to) return "at " + to + " on " + day;
  return "between " + from + " and " + to + " on " + day;
}

}  // namespace muster::cli
