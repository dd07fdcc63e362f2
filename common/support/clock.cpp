// SPDX-License-Identifier: Apache-2.0
#include "common/support/clock.h"

#include <time.h>

#include <array>
#include <charconv>

namespace muster {
namespace {

// Days since 1970-01-01 of a civil date and back, after Howard Hinnant's "chrono-Compatible
// Low-Level Date Algorithms".
constexpr std::int64_t days_from_civil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yoe = static_cast<unsigned>(y - era * 400);
  const unsigned doy = (153 * (m > 2 ? m - 3 : m + 9) + 2) / 5 + d - 1;
  const unsigned doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
  return era * 146097 + static_cast<std::int64_t>(doe) - 719468;
}

struct Civil {
  std::int64_t year;
  unsigned month;
  unsigned day;
};

constexpr Civil civil_from_days(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const auto doe = static_cast<unsigned>(z - era * 146097);
  const unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const unsigned mp = (5 * doy + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int64_t>(yoe) + era * 400 + (month <= 2), month,
          doy - (153 * mp + 2) / 5 + 1};
}

constexpr unsigned days_in_month(std::int64_t year, unsigned month) {
  constexpr std::array<unsigned, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

// Reads exactly `count` digits at `at`, moving it on.
std::optional<unsigned> digits(std::string_view text, std::size_t& at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  unsigned value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  at += count;
  return value;
}

bool take(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

// Inventories are full of times, and printf takes its time for each.
void append_padded(std::string& out, std::int64_t value, std::size_t width) {
  std::array<char, 24> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - text.data());
  if (size < width) out.append(width - size, '0');
  out.append(text.data(), size);
}

}  // namespace

std::string to_rfc3339(Instant at) {
  std::int64_t days = at.ms / 86'400'000;
  std::int64_t rest = at.ms % 86'400'000;
  if (rest < 0) {
    rest += 86'400'000;
    --days;
  }
  const Civil date = civil_from_days(days);
  std::string out;
  out.reserve(std::string_view("2026-11-23T08:12:00.000Z").size());
  append_padded(out, date.year, 4);
  append_padded(out += '-', date.month, 2);
  append_padded(out += '-', date.day, 2);
  append_padded(out += 'T', rest / 3'600'000, 2);
  append_padded(out += ':', rest / 60'000 % 60, 2);
  append_padded(out += ':', rest / 1000 % 60, 2);
  if (rest % 1000 != 0) append_padded(out += '.', rest % 1000, 3);
  out += 'Z';
  return out;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  const auto year = digits(text, at, 4);
  if (!year || !take(text, at, "-")) return std::nullopt;
  const auto month = digits(text, at, 2);
  if (!month || *month < 1 || *month > 12 || !take(text, at, "-")) return std::nullopt;
  const auto day = digits(text, at, 2);
  if (!day || *day < 1 || *day > days_in_month(*year, *month) || !take(text, at, "Tt "))
    return std::nullopt;
  const auto hour = digits(text, at, 2);
  if (!hour || *hour > 23 || !take(text, at, ":")) return std::nullopt;
  const auto minute = digits(text, at, 2);
  if (!minute || *minute > 59 || !take(text, at, ":")) return std::nullopt;
  const auto second = digits(text, at, 2);
  if (!second || *second > 60) return std::nullopt;
  std::int64_t fraction_ms = 0;
  if (take(text, at, ".")) {
    std::size_t count = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
      if (count < 3) fraction_ms = fraction_ms * 10 + (text[at] - '0');
    }
    if (count == 0 || count > 9) return std::nullopt;
    for (; count < 3; ++count)
      fraction_ms *= 10;
  }
  std::int64_t offset_minutes = 0;
  if (!take(text, at, "Zz")) {
    if (at >= text.size() || (text[at] != '+' && text[at] != '-')) return std::nullopt;
    const int sign = text[at++] == '-' ? -1 : 1;
    const auto offset_hour = digits(text, at, 2);
    if (!offset_hour || *offset_hour > 23 || !take(text, at, ":")) return std::nullopt;
    const auto offset_minute = digits(text, at, 2);
    if (!offset_minute || *offset_minute > 59) return std::nullopt;
    offset_minutes = sign * static_cast<std::int64_t>(*offset_hour * 60 + *offset_minute);
  }
  if (at != text.size()) return std::nullopt;
  const std::int64_t seconds = days_from_civil(*year, *month, *day) * 86400 +
                               static_cast<std::int64_t>(*hour * 3600 + *minute * 60 + *second) -
                               offset_minutes * 60;
  if (seconds < 0) return std::nullopt;
  // A leap second or an offset leads out of the last year that can be written.
  if (seconds > kLastInstant.ms / 1000) return std::nullopt;
  return Instant{seconds * 1000 + fraction_ms};
}

Instant SystemClock::now() const {
  timespec ts{};
  clock_gettime(CLOCK_REALTIME, &ts);
  return {static_cast<std::int64_t>(ts.tv_sec) * 1000 + ts.tv_nsec / 1'000'000};
}

std::int64_t SystemClock::boottime_ms() const {
  timespec ts{};
  clock_gettime(CLOCK_BOOTTIME, &ts);
  return static_cast<std::int64_t>(ts.tv_sec) * 1000 + ts.tv_nsec / 1'000'000;
}

}  // namespace muster
