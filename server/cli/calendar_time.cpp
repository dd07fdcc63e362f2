// SPDX-License-Identifier: Apache-2.0
// The text is taken apart into lower-case words. A day, a time of day and a zone are taken from its
// beginning, each where it is there; nothing may be left.
#include "server/cli/calendar_time.h"

#include <array>
#include <utility>
#include <vector>

#include "common/support/text.h"

namespace muster::cli {
namespace {

constexpr std::array<std::string_view, 7> kWeekdays = {"sunday",   "monday", "tuesday", "wednesday",
                                                       "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 12> kMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

// Digits only, exactly as many.
std::optional<int> number(std::string_view text, std::size_t digits) {
  if (text.size() != digits || text.find_first_not_of("0123456789") != std::string_view::npos)
    return std::nullopt;
  const auto value = parse_integer(text);
  return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
}

// The place of a name in the list: written out, or its first three or four letters.
template <std::size_t N>
std::optional<int> named(std::string_view word, const std::array<std::string_view, N>& names) {
  for (std::size_t i = 0; i < N; ++i) {
    if (word == names[i] || (word.size() >= 3 && word.size() <= 4 && names[i].starts_with(word)))
      return static_cast<int>(i);
  }
  return std::nullopt;
}

std::vector<std::string> lower_words(std::string_view text) {
  std::vector<std::string> words;
  for (const std::string_view each : split(text, ' ')) {
    if (!trim(each).empty()) words.push_back(lower_ascii(trim(each)));
  }
  return words;
}

// Takes what a calendar time consists of from its words.
class CalendarReader {
 public:
  CalendarReader(std::vector<std::string> words, const std::tm& today)
      : words_(std::move(words)), today_(today) {}

  std::optional<CalendarTime> read() {
    time_.parts = today_;
    separate();
    const bool has_day = take_day();
    take_clock();
    if (time_.has_clock || has_day) take_zone();
    if (!words_.empty() || !(has_day || time_.has_clock)) return std::nullopt;
    return time_;
  }

 private:
  // "2026-11-23t08:00z" as three words.
  void separate() {
    if (words_.empty()) return;
    const std::string first = words_.front();
    if (first.size() > 11 && first[4] == '-' && first[10] == 't') {
      words_.front() = first.substr(0, 10);
      words_.insert(words_.begin() + 1, first.substr(11));
    }
    for (std::size_t i = 0; i < words_.size(); ++i) {
      const std::size_t end = words_[i].find_first_not_of("0123456789:");
      if (words_[i].find(':') == std::string::npos || end == std::string::npos || end == 0)
        continue;
      const std::string zone = words_[i].substr(end);
      words_[i].resize(end);
      words_.insert(words_.begin() + static_cast<std::ptrdiff_t>(i) + 1, zone);
      return;
    }
  }

  std::string_view word(std::size_t i) const {
    return i < words_.size() ? std::string_view(words_[i]) : std::string_view();
  }
  bool take(std::size_t count) {
    words_.erase(words_.begin(), words_.begin() + static_cast<std::ptrdiff_t>(count));
    return true;
  }

  bool take_day() {
    if (word(0) == "today") return take(1);
    if (word(0) == "yesterday") {
      time_.days_back = 1;
      return take(1);
    }
    const bool is_last = word(0) == "last";
    if (const auto weekday = named(word(is_last ? 1 : 0), kWeekdays)) {
      time_.days_back = (today_.tm_wday - *weekday + 7) % 7;
      if (is_last && time_.days_back == 0) time_.days_back = 7;
      time_.days_again = time_.days_back == 0 ? 7 : 0;
      return take(is_last ? 2 : 1);
    }
    return take_date() || take_day_and_month();
  }

  bool take_date() {
    const auto pieces = split(word(0), '-');
    if (pieces.size() != 3) return false;
    const auto year = number(pieces[0], 4);
    const auto month = number(pieces[1], 2);
    const auto day = number(pieces[2], 2);
    if (!year || !month || !day || *month < 1 || *month > 12 || *day < 1) return false;
    time_.parts.tm_year = *year - 1900;
    time_.parts.tm_mon = *month - 1;
    time_.parts.tm_mday = *day;
    return take(1);
  }

  // "29 nov", "nov 29", and a year behind it.
  bool take_day_and_month() {
    for (const std::size_t day_at : {0U, 1U}) {
      const std::string_view day_word = word(day_at);
      const auto day = number(day_word, day_word.size() == 1 ? 1 : 2);
      const auto month = named(word(1 - day_at), kMonths);
      if (!day || !month || *day < 1) continue;
      time_.parts.tm_mon = *month;
      time_.parts.tm_mday = *day;
      const auto year = number(word(2), 4);
      if (year) time_.parts.tm_year = *year - 1900;
      time_.years_again = year ? 0 : 1;
      return take(year ? 3 : 2);
    }
    return false;
  }

  void take_clock() {
    if (word(0) == "noon" || word(0) == "midnight") {
      time_.parts.tm_hour = word(0) == "noon" ? 12 : 0;
      time_.has_clock = take(1);
      return;
    }
    const auto pieces = split(word(0), ':');
    if (pieces.size() < 2 || pieces.size() > 3) return;
    const auto hour = number(pieces[0], pieces[0].size() == 1 ? 1 : 2);
    const auto minute = number(pieces[1], 2);
    const auto second = pieces.size() == 3 ? number(pieces[2], 2) : std::optional(0);
    if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 59) return;
    time_.parts.tm_hour = *hour;
    time_.parts.tm_min = *minute;
    time_.parts.tm_sec = *second;
    time_.has_clock = take(1);
  }

  void take_zone() {
    const std::string_view name = word(0);
    if (name.empty()) return;
    if (name == "z" || name == "utc") {
      time_.offset_s = 0;
      take(1);
      return;
    }
    if (take_offset(name)) return;
    if (name.size() < 3 ||
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz") != std::string_view::npos)
      return;
    time_.zone = name;
    take(1);
  }

  // "+01:00", or as zones without letters are called: "-03", "+1030" (tzset(3)).
  bool take_offset(std::string_view name) {
    std::string digits(name.substr(1));
    if (digits.size() == 5 && digits[2] == ':') digits.erase(2, 1);
    if (digits.size() == 2) digits += "00";
    const auto hours = number(digits.substr(0, 2), 2);
    const auto minutes = digits.size() == 4 ? number(digits.substr(2), 2) : std::nullopt;
    if ((name[0] != '+' && name[0] != '-') || !hours || !minutes || *hours > 23 || *minutes > 59)
      return false;
    time_.offset_s = (*hours * 60 + *minutes) * (name[0] == '-' ? -60 : 60);
    return take(1);
  }

  std::vector<std::string> words_;
  std::tm today_;
  CalendarTime time_ = {};
};

}  // namespace

std::optional<CalendarTime> read_calendar_time(std::string_view text, const std::tm& today) {
  return CalendarReader(lower_words(text), today).read();
}

}  // namespace muster::cli
