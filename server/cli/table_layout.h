// SPDX-License-Identifier: Apache-2.0
// How wide the columns of a table become on a terminal, and which are left out. Nothing is lost
// while there is room. Where there is none, in this order:
//   1. columns become as narrow as they still read well, the widest first;
//   2. columns with a rank are left out, the highest rank first, and all begins again;
//   3. columns that may be cut or wrapped become as narrow as can be;
//   4. columns of whole cells too, most of which then run over those behind them.
// Where even that does not do, the table cannot stand, and each row becomes a list of its cells.
// Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "server/cli/table.h"

namespace muster::cli {

inline constexpr std::size_t kGapColumns = 2;  // between two columns

Giving giving_of(const Table& table, std::size_t column);

struct Layout {
  std::vector<std::size_t> columns;  // indexes of those that are shown
  std::vector<std::size_t> widths;   // of these
  bool fits = true;                  // false: each row is to be a list
};
// The cells are printable; `width` 0 is no limit.
Layout layout_of(const Table& table, bool headings, std::size_t width);

// The text on lines of at most `width` columns; never empty.
std::vector<std::string> wrapped(std::string_view text, std::size_t width);
// The text in at most `width` columns, its last words from the first that begins with a digit kept:
// "Red Hat Ent… 9.4". Where they alone do not fit, its end is lost.
std::string fitted_middle(std::string_view text, std::size_t width);

// The character at the beginning of `text`, which is not empty: its bytes and its columns. What is
// not UTF-8 counts byte by byte.
struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};
Character first_character(std::string_view text);

}  // namespace muster::cli
