// SPDX-License-Identifier: Apache-2.0
// Rows of text as a person or a program wants them: aligned and fitted to a width, separated by
// tabs, or CSV. Cells of the first two are made printable here (control characters and ANSI escapes
// as \xNN), whatever they hold. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace muster::cli {

// What a cell means; each also says so in words.
enum class Tone { kPlain, kStrong, kBad, kWarning, kUnknown };

struct Cell {
  std::string text = {};
  Tone tone = Tone::kPlain;
};

struct Table {
  std::vector<std::string> headings;  // as many as each row has cells
  std::vector<bool> is_number;        // aligned to the right; empty: none is
  std::vector<std::vector<Cell>> rows;
};

struct TableStyle {
  std::size_t width = 0;  // columns of the terminal; 0: no limit
  bool headings = true;
  bool colour = false;
};

// Columns that the text takes on a terminal: wide characters two, combining ones none. Control
// characters are not expected.
std::size_t display_width(std::string_view text);
// Cut to at most `width` columns, with "…" as the last where something was cut.
std::string fitted(std::string_view text, std::size_t width);
std::string coloured(std::string_view text, Tone tone, bool colour);

// Wider columns give way first, none below 8 columns.
std::string aligned(const Table& table, const TableStyle& style);
std::string tab_separated(const Table& table, bool headings);
// RFC 4180, lines end with CR LF. A cell that a spreadsheet would run as a formula (it begins with
// = + - @ TAB or CR, and is no plain number) gets a ' before it.
std::string csv(const Table& table, bool headings);

}  // namespace muster::cli
