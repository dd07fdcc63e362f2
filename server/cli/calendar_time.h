// SPDX-License-Identifier: Apache-2.0
// A day, a time of day and a zone as people write them (times.h lists the forms), before it is
// known which moment that is. Pure.
#pragma once
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>

namespace muster::cli {

struct CalendarTime {
  std::tm parts{};
  bool has_clock = false;
  int days_back = 0;    // from the day in `parts`
  int days_again = 0;   // when it lies ahead, so many more
  int years_again = 0;  // or so many years less
  std::optional<std::int64_t> offset_s = {};
  std::string zone = {};  // lower case
};

// `today` is the present day at 00:00. nullopt: the text is something else.
std::optional<CalendarTime> read_calendar_time(std::string_view text, const std::tm& today);

}  // namespace muster::cli
