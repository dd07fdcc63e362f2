// SPDX-License-Identifier: Apache-2.0
#include "server/cli/table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <numeric>

#include "common/support/text.h"

namespace muster::cli {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kLeastColumn = 8;
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

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

// The character at the beginning of `text`, which is not empty: its bytes and its columns. What is
// not UTF-8 counts byte by byte.
struct Character {
  std::size_t bytes = 1;
  std::size_t columns = 1;
};
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

std::string padded(std::string_view text, std::size_t width, bool right) {
  const std::size_t own = display_width(text);
  const std::string space(width > own ? width - own : 0, ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

std::vector<std::size_t> fitted_widths(const std::vector<std::vector<Cell>>& rows,
                                       const Table& table, const TableStyle& style) {
  std::vector<std::size_t> widths(table.headings.size(), 0);
  for (std::size_t i = 0; i < widths.size(); ++i) {
    if (style.headings) widths[i] = display_width(table.headings[i]);
    for (const auto& row : rows)
      widths[i] = std::max(widths[i], display_width(row[i].text));
  }
  if (style.width == 0 || widths.empty()) return widths;
  const std::size_t gaps = kGap * (widths.size() - 1);
  for (;;) {
    const std::size_t total = std::accumulate(widths.begin(), widths.end(), gaps);
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (total <= style.width || *widest <= kLeastColumn) return widths;
    // As low as the second widest at once, no lower than needed.
    std::size_t second = kLeastColumn;
    for (auto each = widths.begin(); each != widths.end(); ++each) {
      if (each != widest) second = std::max(second, std::min(*each, *widest - 1));
    }
    const std::size_t needed = *widest - std::min(*widest - kLeastColumn, total - style.width);
    *widest = std::max({second, needed, kLeastColumn});
  }
}

std::string csv_cell(const std::string& text) {
  const bool is_formula =
      !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos &&
      !parse_integer(text);
  const std::string safe = is_formula ? "'" + text : text;
  if (safe.find_first_of(",\"\r\n") == std::string::npos) return safe;
  std::string quoted = "\"";
  for (const char c : safe) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    columns += character.columns;
    text.remove_prefix(character.bytes);
  }
  return columns;
}

std::string fitted(std::string_view text, std::size_t width) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  std::string out;
  std::size_t columns = 0;
  while (!text.empty()) {
    const Character character = first_character(text);
    if (columns + character.columns > width - 1) break;
    columns += character.columns;
    out += text.substr(0, character.bytes);
    text.remove_prefix(character.bytes);
  }
  return out + std::string(kEllipsis);
}

std::string coloured(std::string_view text, Tone tone, bool colour) {
  if (!colour || tone == Tone::kPlain || text.empty()) return std::string(text);
  const char* code = "1";
  if (tone == Tone::kBad) code = "31";
  if (tone == Tone::kWarning) code = "33";
  if (tone == Tone::kUnknown) code = "2";
  return std::string("\x1b[") + code + 'm' + std::string(text) + "\x1b[0m";
}

std::string aligned(const Table& table, const TableStyle& style) {
  std::vector<std::vector<Cell>> rows = table.rows;
  for (auto& row : rows) {
    row.resize(table.headings.size());
    for (Cell& cell : row)
      cell.text = printable(cell.text);
  }
  const std::vector<std::size_t> widths = fitted_widths(rows, table, style);
  std::string out;
  const auto write_row = [&](const std::vector<Cell>& row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      const bool right = i < table.is_number.size() && table.is_number[i];
      const bool is_last = i + 1 == row.size();
      const std::string text = fitted(row[i].text, widths[i]);
      const std::string cell = is_last && !right ? text : padded(text, widths[i], right);
      out += coloured(cell, row[i].tone, style.colour);
      if (!is_last) out.append(kGap, ' ');
    }
    while (!out.empty() && out.back() == ' ')
      out.pop_back();
    out += '\n';
  };
  if (style.headings) {
    std::vector<Cell> headings;
    for (const std::string& heading : table.headings)
      headings.push_back({heading, Tone::kStrong});
    write_row(headings);
  }
  for (const auto& row : rows)
    write_row(row);
  return out;
}

std::string tab_separated(const Table& table, bool headings) {
  std::string out;
  const auto write_row = [&](const auto& row, const auto& text_of) {
    bool is_first = true;
    for (const auto& cell : row) {
      if (!is_first) out += '\t';
      out += printable(text_of(cell));
      is_first = false;
    }
    out += '\n';
  };
  if (headings) write_row(table.headings, [](const std::string& text) { return text; });
  for (const auto& row : table.rows)
    write_row(row, [](const Cell& cell) { return cell.text; });
  return out;
}

std::string csv(const Table& table, bool headings) {
  std::string out;
  const auto write_row = [&](const auto& row, const auto& text_of) {
    bool is_first = true;
    for (const auto& cell : row) {
      if (!is_first) out += ',';
      out += csv_cell(text_of(cell));
      is_first = false;
    }
    out += "\r\n";
  };
  if (headings) write_row(table.headings, [](const std::string& text) { return text; });
  for (const auto& row : table.rows)
    write_row(row, [](const Cell& cell) { return cell.text; });
  return out;
}

}  // namespace muster::cli
