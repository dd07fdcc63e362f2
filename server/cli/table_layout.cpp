// SPDX-License-Identifier: Apache-2.0
#include "server/cli/table_layout.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>
#include <optional>

namespace muster::cli {
namespace {

constexpr std::size_t kUsualColumns = 12;    // read well by text of which nothing is known
constexpr std::size_t kNarrowestColumn = 8;  // no column is made narrower, unless it is so already

struct Range {
  std::uint32_t first;
  std::uint32_t last;
};
// Unicode 15: the blocks whose characters take two columns, and those that take none.
constexpr std::array<Range, 9> kWide = {{{0x1100, 0x115F},
                                         {0x2E80, 0xA4CF},
                                         {0xAC00, 0xD7A3},
                                         {0xF900, 0xFAFF},
                                         {0xFE30, 0xFE6F},
                                         {0xFF00, 0xFF60},
                                         {0xFFE0, 0xFFE6},
                                         {0x1F300, 0x1FAFF},
                                         {0x20000, 0x3FFFD}}};
constexpr std::array<Range, 5> kCombining = {
    {{0x0300, 0x036F}, {0x1AB0, 0x1AFF}, {0x200B, 0x200F}, {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}}};

template <std::size_t N>
bool is_in(const std::array<Range, N>& ranges, std::uint32_t point) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const Range& range) {
    return point >= range.first && point <= range.last;
  });
}

std::size_t natural_width(const Table& table, std::size_t column, bool headings) {
  std::size_t width = headings ? display_width(table.headings[column]) : 0;
  for (const auto& row : table.rows)
    width = std::max(width, display_width(row[column].text));
  return width;
}

// The longest word in a column; more than a third of a usual terminal is not asked for.
std::size_t longest_word(const Table& table, std::size_t column) {
  constexpr std::size_t kMost = 30;
  std::size_t longest = 0;
  for (const auto& row : table.rows) {
    std::string_view rest = row[column].text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' '), rest.size());
      longest = std::max(longest, display_width(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return std::min(longest, kMost);
}

std::size_t total_width(const std::vector<std::size_t>& widths) {
  return std::accumulate(widths.begin(), widths.end(),
                         widths.empty() ? std::size_t{0} : kGapColumns * (widths.size() - 1));
}

// Makes the widest of those that are above their least narrower, until all fit or none is left.
bool shrink(std::vector<std::size_t>& widths, const std::vector<std::size_t>& least,
            std::size_t width) {
  for (std::size_t total = total_width(widths); total > width; --total) {
    std::size_t widest = widths.size();
    for (std::size_t i = 0; i < widths.size(); ++i) {
      if (widths[i] > least[i] && (widest == widths.size() || widths[i] > widths[widest]))
        widest = i;
    }
    if (widest == widths.size()) return false;
    --widths[widest];
  }
  return true;
}

// The column that is left out next; the last of several with one rank. nullopt: none may be.
std::optional<std::size_t> least_important(const Table& table,
                                           const std::vector<std::size_t>& columns) {
  std::optional<std::size_t> found;
  int rank = 1;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const int own = giving_of(table, columns[i]).rank;
    if (own < rank) continue;
    rank = own;
    found = i;
  }
  return found;
}

std::vector<std::size_t> least_widths(const Table& table, const Layout& layout, bool reads_well,
                                      bool breaks_all) {
  std::vector<std::size_t> least;
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    const Giving giving = giving_of(table, layout.columns[i]);
    const bool is_whole = giving.fit == Fit::kWhole;
    const std::size_t usual = is_whole ? layout.widths[i] : kUsualColumns;
    std::size_t own = giving.reads_well.value_or(usual);
    // A name or version in a sentence is not broken while there is room.
    if (giving.fit == Fit::kWords && reads_well)
      own = std::max(own, longest_word(table, layout.columns[i]));
    if (!reads_well && (!is_whole || breaks_all)) own = std::min(own, kNarrowestColumn);
    least.push_back(std::min(own, layout.widths[i]));
  }
  return least;
}

// Where the version begins: at the first word that begins with a digit.
std::size_t version_place(std::string_view text) {
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (text[i - 1] == ' ' && text[i] >= '0' && text[i] <= '9') return i - 1;
  }
  return text.size();
}

// How much of `text` stands on a line of `width` columns: up to the last blank that is on it, else
// as many characters as fit, at least one.
std::size_t line_bytes(std::string_view text, std::size_t width) {
  std::size_t bytes = 0;
  std::size_t columns = 0;
  std::size_t blank = 0;
  bool has_word = false;  // the blanks before the first one are its indentation
  while (bytes < text.size()) {
    if (text[bytes] != ' ') has_word = true;
    if (text[bytes] == ' ' && has_word) blank = bytes;
    const Character character = first_character(text.substr(bytes));
    // The blank itself need not be on the line.
    if (columns + character.columns > width && bytes > 0) return blank > 0 ? blank : bytes;
    columns += character.columns;
    bytes += character.bytes;
  }
  return bytes;
}

}  // namespace

Giving giving_of(const Table& table, std::size_t column) {
  return table.giving.empty() ? Giving{} : table.giving[column];
}

Character first_character(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  std::size_t bytes = 1;
  if (lead >= 0xF0) {
    bytes = 4;
  } else if (lead >= 0xE0) {
    bytes = 3;
  } else if (lead >= 0xC0) {
    bytes = 2;
  }
  if (bytes == 1 || bytes > text.size()) return {};
  std::uint32_t point = lead & (0xFFU >> (bytes + 1));
  for (std::size_t i = 1; i < bytes; ++i)
    point = (point << 6U) | (static_cast<unsigned char>(text[i]) & 0x3FU);
  if (is_in(kCombining, point)) return {bytes, 0};
  return {bytes, is_in(kWide, point) ? std::size_t{2} : std::size_t{1}};
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t bytes = line_bytes(text, width);
    std::string_view line = text.substr(0, bytes);
    text.remove_prefix(bytes);
    while (line.ends_with(' '))
      line.remove_suffix(1);
    while (text.starts_with(' '))
      text.remove_prefix(1);
    out.emplace_back(line);
  }
  if (out.empty()) out.emplace_back();
  return out;
}

std::string fitted_middle(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  constexpr std::size_t kLeastName = 4;
  const std::size_t place = version_place(text);
  const std::string_view name = text.substr(0, place);
  std::string_view version = text.substr(place);
  // " 24.04.1 LTS", else " 24.04.1" alone.
  if (display_width(version) + kLeastName > width)
    version = version.substr(0, std::min(version.find(' ', 1), version.size()));
  if (version.empty() || display_width(version) + kLeastName > width) return fitted(text, width);
  return fitted(name, width - display_width(version)) + std::string(version);
}

Layout layout_of(const Table& table, bool headings, std::size_t width) {
  Layout layout;
  layout.columns.resize(table.headings.size());
  std::iota(layout.columns.begin(), layout.columns.end(), std::size_t{0});
  std::vector<std::size_t> natural;
  for (const std::size_t column : layout.columns)
    natural.push_back(natural_width(table, column, headings));
  for (;;) {
    layout.widths.clear();
    for (const std::size_t column : layout.columns)
      layout.widths.push_back(natural[column]);
    if (width == 0 || shrink(layout.widths, least_widths(table, layout, true, false), width))
      return layout;
    const auto leaves = least_important(table, layout.columns);
    if (!leaves) break;
    layout.columns.erase(layout.columns.begin() + static_cast<std::ptrdiff_t>(*leaves));
  }
  if (shrink(layout.widths, least_widths(table, layout, false, false), width)) return layout;
  layout.fits = shrink(layout.widths, least_widths(table, layout, false, true), width);
  return layout;
}

}  // namespace muster::cli
