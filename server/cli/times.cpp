// SPDX-License-Identifier: Apache-2.0
#include "server/cli/times.h"

#include <array>
#include <cstdio>
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
constexpr std::int64_t kLongestDays = 40'000;

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

// Digits only, exactly as many.
std::optional<int> number(std::string_view text, std::size_t digits) {
  if (text.size() != digits || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const auto value = parse_integer(text);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

std::optional<Instant> from_parts(const std::tm& wanted, Zone zone) {
  std::tm parts = wanted;
  parts.tm_isdst = -1;
  const std::time_t time = zone == Zone::kUtc ? ::timegm(&parts) : ::mktime(&parts);
  // The C library would turn 31 February into 3 March, and a skipped hour into the next.
  if (parts.tm_mday != wanted.tm_mday || parts.tm_mon != wanted.tm_mon ||
      parts.tm_hour != wanted.tm_hour || parts.tm_min != wanted.tm_min)
    return std::nullopt;
  return Instant{static_cast<std::int64_t>(time) * kSecondMs};
}

bool set_clock_time(std::string_view text, std::tm& parts) {
  const auto pieces = split(text, ':');
  if (pieces.size() < 2 || pieces.size() > 3) return false;
  const auto hour = number(pieces[0], pieces[0].size() == 1 ? 1 : 2);
  const auto minute = number(pieces[1], 2);
  const auto second = pieces.size() == 3 ? number(pieces[2], 2) : std::optional(0);
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return false;
  parts.tm_hour = *hour;
  parts.tm_min = *minute;
  parts.tm_sec = *second;
  return true;
}

bool set_date(std::string_view text, std::tm& parts) {
  const auto pieces = split(text, '-');
  if (pieces.size() != 3) return false;
  const auto year = number(pieces[0], 4);
  const auto month = number(pieces[1], 2);
  const auto day = number(pieces[2], 2);
  if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1) return false;
  parts.tm_year = *year - 1900;
  parts.tm_mon = *month - 1;
  parts.tm_mday = *day;
  return true;
}

std::optional<Instant> parse_calendar(std::string_view text, Instant now, Zone zone) {
  std::tm parts = broken_down(now, zone);
  parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  if (set_clock_time(text, parts)) return from_parts(parts, zone);
  const std::size_t gap = text.find_first_of(" T");
  const std::string_view day = text.substr(0, gap);
  if (day == "yesterday") {
    // Through noon of the day before: days are not always 24 hours long.
    parts.tm_hour = 12;
    const auto noon = from_parts(parts, zone);
    if (!noon) return std::nullopt;
    parts = broken_down(*noon - kDayMs, zone);
    parts.tm_hour = parts.tm_min = parts.tm_sec = 0;
  } else if (day != "today" && !set_date(day, parts)) {
    return std::nullopt;
  }
  if (gap != std::string_view::npos && !set_clock_time(trim(text.substr(gap + 1)), parts))
    return std::nullopt;
  return from_parts(parts, zone);
}

}  // namespace

std::string date_and_minute(Instant at, Zone zone) {
  return formatted(at, zone, zone == Zone::kUtc ? "%Y-%m-%d %H:%MZ" : "%Y-%m-%d %H:%M");
}
std::string date_only(Instant at, Zone zone) {
  return formatted(at, zone, "%Y-%m-%d");
}
std::string minute_only(Instant at, Zone zone) {
  return formatted(at, zone, zone == Zone::kUtc ? "%H:%MZ" : "%H:%M");
}

std::string duration(std::int64_t ms) {
  if (ms < kMinuteMs) return std::to_string(ms / kSecondMs) + " s";
  if (ms < 2 * kHourMs) return std::to_string(ms / kMinuteMs) + " min";
  if (ms < 2 * kDayMs) return std::to_string(ms / kHourMs) + " h";
  return std::to_string(ms / kDayMs) + " d";
}

std::string age(Instant at, Instant now) {
  const std::int64_t ms = now - at;
  if (std::abs(ms) < kNowMs) return "now";
  return ms > 0 ? duration(ms) + " ago" : "in " + duration(-ms);
}

std::string between(std::optional<Instant> not_before, Instant at, Zone zone) {
  const std::string day = date_only(at, zone);
  if (!not_before) return "seen " + date_and_minute(at, zone);
  if (date_only(*not_before, zone) != day)
    return "between " + date_and_minute(*not_before, zone) + " and " + date_and_minute(at, zone);
  const std::string from = minute_only(*not_before, zone);
  const std::string to = minute_only(at, zone);
  if (from == to) return "at " + to + " on " + day;
  return "between " + from + " and " + to + " on " + day;
}

std::optional<std::int64_t> parse_duration(std::string_view text) {
  text = trim(text);
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = parse_integer(text.substr(0, digits));
  if (digits == 0 || !count || *count > kLongestDays * 24 * 3600) return std::nullopt;
  const std::string_view unit = trim(text.substr(digits));
  std::int64_t unit_ms = 0;
  if (unit == "s") unit_ms = kSecondMs;
  if (unit == "m" || unit == "min") unit_ms = kMinuteMs;
  if (unit == "h") unit_ms = kHourMs;
  if (unit == "d") unit_ms = kDayMs;
  if (unit == "w") unit_ms = 7 * kDayMs;
  if (unit_ms == 0 || *count > kLongestDays * kDayMs / unit_ms) return std::nullopt;
  return *count * unit_ms;
}

std::optional<Instant> parse_time(std::string_view text, Instant now, Zone zone) {
  text = trim(text);
  if (const auto exact = parse_rfc3339(text)) return exact;
  if (text == "now") return now;
  std::string_view ago;
  if (text.ends_with("ago")) ago = text.substr(0, text.size() - 3);
  if (text.starts_with("-")) ago = text.substr(1);
  if (!ago.empty()) {
    const auto ms = parse_duration(ago);
    return ms && *ms <= now.ms ? std::optional(now - *ms) : std::nullopt;
  }
  const auto at = parse_calendar(text, now, zone);
  return at && at->ms >= 0 ? at : std::nullopt;
}

}  // namespace muster::cli
