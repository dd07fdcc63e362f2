// SPDX-License-Identifier: Apache-2.0
// Dates and release numbers of firmware. The text is cut into words, times of day and names of week
// days are thrown away, and what is left must be one date in one order only.
#include <algorithm>
#include <array>

#include "agent/collect/firmware/smbios.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekDays = {"mon", "tue", "wed", "thu",
                                                       "fri", "sat", "sun"};
// No firmware with these fields is older; a later year is a slip.
constexpr std::int64_t kFirstYear = 1980;
constexpr std::int64_t kLastYear = 2099;

bool all_digits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_digit);
}

// 1 for "jan" and "january"; 0 for no month.
std::int64_t month_number(std::string_view word) {
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    if (word.starts_with(kMonths[i])) return static_cast<std::int64_t>(i) + 1;
  }
  return 0;
}

// Linux, dmi_get_date(): two digits before 96 are of this century, which SMBIOS did not see begin.
std::optional<std::int64_t> year_of(std::string_view digits) {
  const auto number = parse_integer(digits);
  if (!number || (digits.size() != 2 && digits.size() != 4)) return std::nullopt;
  if (digits.size() == 4) return number;
  return *number < 96 ? 2000 + *number : 1900 + *number;
}

std::optional<std::string> written(std::optional<std::int64_t> year,
                                   std::optional<std::int64_t> month,
                                   std::optional<std::int64_t> day) {
  if (!year || !month || !day || *year < kFirstYear || *year > kLastYear) return std::nullopt;
  if (*month < 1 || *month > 12 || *day < 1) return std::nullopt;
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = *year % 4 == 0 && (*year % 100 != 0 || *year % 400 == 0);
  const int days = *month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(*month - 1)];
  if (*day > days) return std::nullopt;
  const auto two = [](std::int64_t number) {
    return (number < 10 ? "-0" : "-") + std::to_string(number);
  };
  return std::to_string(*year) + two(*month) + two(*day);
}

// The parts between blanks, commas, slashes, dots and dashes, in lower case; without the time of
// day, the zone behind it and the day of the week. Empty: there is a word that is no part of a
// date.
std::vector<std::string> date_parts(std::string_view text) {
  std::string plain = lower_ascii(text);
  // "2021-05-19T08:00:00Z"
  if (const std::size_t t = plain.find('t'); t != std::string::npos && t > 0 &&
                                             is_digit(plain[t - 1]) && t + 1 < plain.size() &&
                                             is_digit(plain[t + 1]))
    plain[t] = ' ';
  std::replace(plain.begin(), plain.end(), ',', ' ');
  std::replace(plain.begin(), plain.end(), '\t', ' ');
  std::vector<std::string> out;
  bool after_time = false;
  for (const std::string_view word : split(plain, ' ')) {
    if (word.empty()) continue;
    if (word.find(':') != std::string_view::npos) {
      after_time = true;
      continue;
    }
    std::string unified(word);
    std::replace_if(
        unified.begin(), unified.end(), [](char c) { return c == '/' || c == '.'; }, '-');
    while (unified.ends_with('-'))  // "Jan. 13"
      unified.pop_back();
    for (const std::string_view part : split(unified, '-')) {
      const bool number = all_digits(part);
      if (!number &&
          std::find(kWeekDays.begin(), kWeekDays.end(), part.substr(0, 3)) != kWeekDays.end())
        continue;
      if (!number && month_number(part) == 0) {
        if (after_time) continue;
        return {};
      }
      out.emplace_back(part);
    }
  }
  return out;
}

// "20210519" and "05192021"; which of the two, the year tells.
std::optional<std::string> from_eight_digits(std::string_view digits) {
  const auto number = [&](std::size_t at, std::size_t size) {
    return parse_integer(digits.substr(at, size));
  };
  if (auto date = written(number(0, 4), number(4, 2), number(6, 2))) return date;
  return written(number(4, 4), number(0, 2), number(2, 2));
}

std::optional<std::string> from_month_name(const std::vector<std::string>& parts) {
  std::int64_t month = 0;
  std::vector<std::string_view> numbers;
  for (const std::string& part : parts) {
    if (all_digits(part))
      numbers.emplace_back(part);
    else if (month == 0)
      month = month_number(part);
  }
  if (month == 0 || numbers.size() != 2) return std::nullopt;
  if (numbers[0].size() == 4) std::swap(numbers[0], numbers[1]);
  if (numbers[0].size() > 2) return std::nullopt;
  return written(year_of(numbers[1]), month, parse_integer(numbers[0]));
}

}  // namespace

std::optional<std::string> firmware_date(std::string_view text) {
  constexpr std::size_t kTextBytes = 64;
  if (text.size() > kTextBytes) return std::nullopt;
  const std::vector<std::string> parts = date_parts(trim(text));
  if (parts.size() == 1 && parts[0].size() == 8) return from_eight_digits(parts[0]);
  if (parts.size() != 3) return std::nullopt;
  if (!std::all_of(parts.begin(), parts.end(), all_digits)) return from_month_name(parts);
  const auto number = [&](std::size_t i) -> std::optional<std::int64_t> {
    if (parts[i].size() > 2) return std::nullopt;
    return parse_integer(parts[i]);
  };
  if (parts[0].size() == 4) return written(year_of(parts[0]), number(1), number(2));
  const auto year = year_of(parts[2]);
  if (auto date = written(year, number(0), number(1))) return date;
  // The day first, where a year of four digits leaves no other reading.
  if (parts[2].size() == 4) return written(year, number(1), number(0));
  return std::nullopt;
}

std::optional<std::string> firmware_revision(std::int64_t major, std::int64_t minor) {
  constexpr std::int64_t kNone = 0xff;
  if (major == kNone || minor == kNone || (major == 0 && minor == 0)) return std::nullopt;
  return std::to_string(major) + "." + std::to_string(minor);
}

}  // namespace muster::agent::collect
