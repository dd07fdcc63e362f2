// SPDX-License-Identifier: Apache-2.0
// Shows bytes to a person with the places marked where certain values occur: text line by line,
// anything else as a hex dump. A line with an occurrence begins with ">", and in text the value
// stands between "[[" and "]]". What cannot be shown on a terminal is escaped. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace muster::agent::commands {

struct MarkedText {
  std::string text;             // each line indented by two, ends with a newline unless empty
  std::size_t occurrences = 0;  // in all of it, shown or not
};

// Longer content than kWholeLines shows only the lines around occurrences, unless `all`.
inline constexpr std::size_t kWholeLines = 30;
MarkedText show_marked(std::string_view bytes, const std::vector<std::string>& values, bool all);

// Where values occur in text, as [begin, end) of merged places. A value with fewer than four bytes
// must stand by itself: not inside a word or number.
struct Place {
  std::size_t begin = 0;
  std::size_t end = 0;
};
std::vector<Place> find_values(std::string_view text, const std::vector<std::string>& values);

}  // namespace muster::agent::commands
