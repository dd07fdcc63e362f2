// SPDX-License-Identifier: Apache-2.0
// How times that people type are read (the forms are in times.h).
//
// What is neither exact nor an age is a calendar time (calendar_time.h). It is looked up on the
// local clock: it may be there once, twice (clocks went back) or never (they went forward, or there
// is no such day).
#include <algorithm>
#include <ctime>
#include <vector>

#include "common/support/text.h"
#include "server/cli/calendar_time.h"
#include "server/cli/times.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kMsOfSecond = 1000;
constexpr std::int64_t kMsOfHour = 3600 * kMsOfSecond;
constexpr std::int64_t kMsOfDay = 24 * kMsOfHour;
constexpr std::int64_t kOffsetsWithinMs = 42 * kMsOfHour;  // of UTC: offsets are below 26 h
constexpr std::int64_t kOffsetsEveryMs = 6 * kMsOfHour;

// The calendar time as if the clock showed UTC; nullopt: there is no such day.
std::optional<Instant> as_utc(const CalendarTime& time) {
  std::tm parts = time.parts;
  const std::time_t seconds = ::timegm(&parts);
  // The C library would turn 31 February into 3 March.
  if (parts.tm_mday != time.parts.tm_mday || parts.tm_mon != time.parts.tm_mon) return std::nullopt;
  return Instant{static_cast<std::int64_t>(seconds) * kMsOfSecond - time.days_back * kMsOfDay};
}

// The moments at which the local clock shows what `shown` is in UTC, the earliest first. `skipped`
// becomes the moment at which clocks went forward past it.
std::vector<Instant> local_moments(Instant shown, const std::string& zone,
                                   std::optional<Instant>& skipped) {
  std::vector<Instant> found;
  for (std::int64_t away = -kOffsetsWithinMs; away <= kOffsetsWithinMs; away += kOffsetsEveryMs) {
    const std::int64_t offset_s = local_clock(shown + away).offset_s;
    const Instant at = shown - offset_s * kMsOfSecond;
    const LocalClock there = local_clock(at);
    if (there.offset_s != offset_s) {
      // With the offset of before, the skipped time is as far behind the change.
      if (there.offset_s > offset_s) skipped = at;
      continue;
    }
    if (!zone.empty() && lower_ascii(there.zone) != zone) continue;
    if (std::find(found.begin(), found.end(), at) == found.end()) found.push_back(at);
  }
  std::sort(found.begin(), found.end());
  return found;
}

TimeReading moment_of(const CalendarTime& time, Zone zone) {
  const auto shown = as_utc(time);
  if (!shown) return {.why = "there is no such day"};
  if (time.offset_s) return {.at = *shown - *time.offset_s * kMsOfSecond};
  if (zone == Zone::kUtc) {
    if (!time.zone.empty()) return {};
    return {.at = *shown};
  }
  std::optional<Instant> skipped;
  const std::vector<Instant> found = local_moments(*shown, time.zone, skipped);
  if (found.empty() && !time.zone.empty())
    return {.why = "no clock here shows that time in that zone"};
  if (found.empty() && !time.has_clock && skipped) return {.at = skipped};  // the day begins later
  if (found.empty()) return {.why = "that hour was skipped here: clocks went forward"};
  if (found.size() == 1 || !time.has_clock) return {.at = found.front()};
  return {.at = found.back(), .earlier = found.front()};
}

TimeReading read_calendar(std::string_view text, Instant now, Zone zone) {
  const std::int64_t shown_ms =
      now.ms + (zone == Zone::kUtc ? 0 : local_clock(now).offset_s * kMsOfSecond);
  const auto seconds = static_cast<std::time_t>(shown_ms / kMsOfSecond);
  std::tm today{};
  ::gmtime_r(&seconds, &today);
  today.tm_hour = today.tm_min = today.tm_sec = 0;
  auto time = read_calendar_time(text, today);
  if (!time) return {};
  TimeReading reading = moment_of(*time, zone);
  if (reading.at && *reading.at > now && time->days_again + time->years_again > 0) {
    time->days_back += time->days_again;
    time->parts.tm_year -= time->years_again;
    reading = moment_of(*time, zone);
  }
  return reading;
}

// nullopt: not an age.
std::optional<std::int64_t> age_of(std::string_view text) {
  const bool is_negative = text.starts_with("-");
  const std::string lowered = lower_ascii(text);
  const bool is_ago = lowered.ends_with("ago");
  if (is_negative && is_ago) return std::nullopt;
  if (is_negative) return parse_duration(text.substr(1));
  return parse_duration(is_ago ? text.substr(0, text.size() - 3) : text);
}

bool can_be_written(Instant at) {
  return at.ms >= 0 && at <= kLastInstant;
}

}  // namespace

TimeReading read_time(std::string_view text, Instant now, Zone zone) {
  text = trim(text);
  if (const auto exact = parse_rfc3339(text)) return {.at = exact};
  if (lower_ascii(text) == "now") return {.at = now};
  if (text.starts_with('@')) {
    const std::string_view digits = text.substr(1);
    const auto seconds = parse_integer(digits);
    if (!seconds || digits.find_first_not_of("0123456789") != std::string_view::npos ||
        *seconds > kLastInstant.ms / kMsOfSecond)
      return {};
    return {.at = Instant{*seconds * kMsOfSecond}};
  }
  if (const auto ms = age_of(text)) {
    if (*ms > now.ms) return {.why = "that is before 1970"};
    return {.at = now - *ms};
  }
  TimeReading reading = read_calendar(text, now, zone);
  if (reading.at && !can_be_written(*reading.at)) return {.why = "it is not between 1970 and 9999"};
  return reading;
}

std::optional<Instant> parse_time(std::string_view text, Instant now, Zone zone) {
  return read_time(text, now, zone).at;
}

}  // namespace muster::cli
