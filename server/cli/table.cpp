// SPDX-License-Identifier: Apache-2.0
#include "server/cli/table.h"

#include <algorithm>

#include "common/support/text.h"
#include "server/cli/table_layout.h"

namespace muster::cli {
namespace {

constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

std::string csv_cell(const std::string& text, bool is_disarmed) {
  const bool is_formula =
      is_disarmed && !text.empty() &&
      std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos &&
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

// A cell as the lines that it takes in its column.
std::vector<std::string> cell_lines(const std::string& text, Fit fit, std::size_t width) {
  if (display_width(text) <= width || fit == Fit::kWhole) return {text};
  if (fit == Fit::kEnd) return {fitted(text, width)};
  if (fit == Fit::kMiddle) return {fitted_middle(text, width)};
  return wrapped(text, width);
}

// The lines of one row while its cells are put on them, from the left to the right.
class RowLines {
 public:
  RowLines(std::size_t width, bool colour) : width_(width), colour_(colour) {}

  // A cell goes on as many lines as it needs.
  void put(std::size_t place, std::size_t columns, const std::vector<std::string>& texts, Tone tone,
           bool right) {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const std::size_t own = display_width(texts[i]);
      write(first_ + i, place + (right && own < columns ? columns - own : 0), texts[i], tone);
    }
  }

  // A cell that is whole, and wider than its column. It runs over the columns behind it, which go
  // on in the next line; where it would reach over the edge, it has a line of its own.
  void spill(std::size_t place, const std::string& text, Tone tone) {
    const std::size_t own = display_width(text);
    if (width_ == 0 || place + own <= width_) {
      write(first_++, place, text, tone);
      return;
    }
    first_ = std::max(first_, lines_.size());
    for (const std::string& part : wrapped(text, width_))
      write(first_++, own < width_ ? width_ - own : 0, part, tone);
  }

  std::string text() const {
    std::string out;
    for (const Line& line : lines_)
      out += line.text + '\n';
    return out.empty() ? "\n" : out;
  }

 private:
  struct Line {
    std::string text = {};
    std::size_t columns = 0;
  };
  void write(std::size_t line, std::size_t place, const std::string& text, Tone tone) {
    if (text.empty()) return;
    if (lines_.size() <= line) lines_.resize(line + 1);
    Line& at = lines_[line];
    at.text.append(place > at.columns ? place - at.columns : 0, ' ');
    at.text += coloured(text, tone, colour_);
    at.columns = std::max(place, at.columns) + display_width(text);
  }

  std::size_t width_;
  bool colour_;
  std::size_t first_ = 0;  // the line on which the next cell begins
  std::vector<Line> lines_;
};

std::string row_text(const Table& table, const Layout& layout, const std::vector<Cell>& row,
                     const TableStyle& style) {
  RowLines out(style.width, style.colour);
  std::size_t place = 0;
  for (std::size_t i = 0; i < layout.columns.size(); ++i) {
    const std::size_t column = layout.columns[i];
    const std::size_t width = layout.widths[i];
    const Cell& cell = row[column];
    const Fit fit = giving_of(table, column).fit;
    if (fit == Fit::kWhole && display_width(cell.text) > width) {
      out.spill(place, cell.text, cell.tone);
    } else {
      const bool right = column < table.is_number.size() && table.is_number[column];
      out.put(place, width, cell_lines(cell.text, fit, width), cell.tone, right);
    }
    place += width + kGapColumns;
  }
  return out.text();
}

// Each row as a list of heading and cell, for a table that no width of its columns makes fit.
std::string as_lists(const Table& table, const TableStyle& style) {
  std::string out;
  for (const auto& row : table.rows) {
    Table list;
    list.headings = {"", ""};
    list.giving = {{Fit::kEnd, 0, 1}, {Fit::kWords, 0, 1}};
    for (std::size_t i = 0; i < row.size(); ++i)
      list.rows.push_back({{table.headings[i], Tone::kStrong}, row[i]});
    Layout layout = layout_of(list, false, style.width);
    if (!out.empty()) out += '\n';
    for (const auto& fact : list.rows)
      out += row_text(list, layout, fact, style);
  }
  return out;
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

Aligned aligned(const Table& table, const TableStyle& style) {
  Table shown = table;
  for (auto& row : shown.rows) {
    row.resize(shown.headings.size());
    for (Cell& cell : row)
      cell.text = printable(cell.text);
  }
  const Layout layout = layout_of(shown, style.headings, style.width);
  Aligned out;
  if (!layout.fits) {
    out.text = as_lists(shown, style);
    return out;
  }
  for (std::size_t i = 0; i < shown.headings.size(); ++i) {
    if (std::find(layout.columns.begin(), layout.columns.end(), i) == layout.columns.end())
      out.left_out.push_back(shown.headings[i]);
  }
  if (style.headings) {
    std::vector<Cell> headings;
    for (const std::string& heading : shown.headings)
      headings.push_back({heading, Tone::kStrong});
    out.text += row_text(shown, layout, headings, style);
  }
  for (const auto& row : shown.rows)
    out.text += row_text(shown, layout, row, style);
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

std::string csv(const Table& table, const CsvStyle& style) {
  std::string out;
  const auto write_row = [&](const auto& row, const auto& text_of) {
    bool is_first = true;
    for (const auto& cell : row) {
      if (!is_first) out += ',';
      out += csv_cell(text_of(cell), style.is_disarmed);
      is_first = false;
    }
    out += style.ends_with_crlf ? "\r\n" : "\n";
  };
  if (style.headings) write_row(table.headings, [](const std::string& text) { return text; });
  for (const auto& row : table.rows)
    write_row(row, [](const Cell& cell) { return cell.text; });
  return out;
}

}  // namespace muster::cli
