// SPDX-License-Identifier: Apache-2.0
// Rows of text as a person or a program wants them: aligned and fitted to a width, separated by
// tabs, or CSV. Cells of the first two are made printable here (control characters and ANSI escapes
// as \xNN), whatever they hold. How a table is fitted to a terminal is told in table_layout.h.
// Pure.
#pragma once
#include <cstddef>
#include <optional>
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

// How a column gives way where its table is wider than the terminal.
enum class Fit {
  kWhole,   // never cut, never broken: a long one runs over the columns behind it, which then go
            // on in the next line; names, serial numbers, states, versions, times
  kWords,   // goes on in the next line, at a blank: sentences
  kEnd,     // loses its end: models, titles
  kMiddle,  // loses what stands before its version: "Red Hat Ent… 9.4"
};

struct Giving {
  Fit fit = Fit::kWords;
  // A column with a rank is left out before any column becomes narrower than it reads well; the
  // highest goes first. 0: it always stays.
  int rank = 0;
  // Columns of the terminal; nullopt: as many as the longest cell for kWhole, else 12.
  std::optional<std::size_t> reads_well = {};
};

struct Table {
  std::vector<std::string> headings;  // as many as each row has cells
  std::vector<bool> is_number;        // aligned to the right; empty: none is
  std::vector<std::vector<Cell>> rows;
  std::vector<Giving> giving = {};  // one for each column; empty: all as Giving{} says
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

struct Aligned {
  std::string text;
  std::vector<std::string> left_out;  // headings of the columns for which there was no room
};
// No line is wider than the style's width.
Aligned aligned(const Table& table, const TableStyle& style);
std::string tab_separated(const Table& table, bool headings);

struct CsvStyle {
  bool headings = true;
  // A cell that a spreadsheet would run as a formula (it begins with = + - @ TAB or CR, and is no
  // plain number) gets a ' before it: names and notes come from strangers.
  bool is_disarmed = true;
  bool ends_with_crlf = false;  // RFC 4180 writes CR LF; shells and most programs read LF
};
// RFC 4180 except for the ends of lines.
std::string csv(const Table& table, const CsvStyle& style);

}  // namespace muster::cli
