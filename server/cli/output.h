// SPDX-License-Identifier: Apache-2.0
// What commands print on standard output, in the form that was asked for: a table for the terminal,
// the same columns separated by tabs otherwise, or --json, --jsonl, --csv. In lists, times are
// local, and sizes, classes and ages made short, on a terminal only; pages of facts (Facts,
// commands.h) are for people wherever they go. `out` outlives it; one thread.
#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/json/value.h"
#include "server/cli/table.h"
#include "server/cli/times.h"

namespace muster::cli {

enum class Format { kText, kJson, kJsonLines, kCsv };

enum class Kind {
  kText,
  kNumber,
  kBytes,
  kTime,
  kAge,     // a time, shown as an age on a terminal: "10 min", "16 d"
  kState,   // a word that may mean trouble
  kClass,   // "hardware.computer.laptop", shown as "laptop" on a terminal
  kSystem,  // an operating system with its version, without ornament on a terminal: "Debian 12.11"
  kName,    // of an item, user, ...: never cut
};

struct Column {
  std::string name;  // of the member in the answer
  Kind kind = Kind::kText;
  bool is_default = true;
  std::string_view missing = "unknown";  // on a terminal; elsewhere an absent value is empty
  std::string_view heading = {};         // on a terminal, and may be typed as well; empty: the name
  std::optional<Giving> giving = {};     // nullopt: as its kind says, never left out
};
Giving giving_of(const Column& column);

struct OutputOptions {
  Format format = Format::kText;
  bool is_terminal = false;
  bool colour = false;
  std::size_t width = 80;
  bool headings = true;
  bool is_exact = false;                                 // CSV without what disarms formulas
  bool ends_with_crlf = false;                           // CSV
  std::optional<std::vector<std::string>> columns = {};  // empty: list them
  Zone zone = Zone::kLocal;
  Instant now = {};
};

class Output {
 public:
  Output(std::ostream& out, OutputOptions options) : out_(out), options_(std::move(options)) {}

  const OutputOptions& options() const { return options_; }
  bool is_text() const { return options_.format == Format::kText; }
  bool is_terminal() const { return options_.is_terminal && is_text(); }

  // --columns without names: prints those there are, and returns true.
  bool list_columns(const std::vector<Column>& known);
  // The chosen columns. Throws Problem (kUsage) for a name that is not among them.
  std::vector<Column> chosen(const std::vector<Column>& known) const;

  // A list: `answer` is the API's object (for --json), `rows` all its entries.
  void list(const std::vector<Column>& known, const JsonValue& answer,
            const JsonValue::Array& rows);
  // One object as --json, --jsonl or --csv; false when text is wanted (nothing was printed).
  bool object(const JsonValue& answer, const std::vector<Column>& csv_columns = {});
  // Rows as text; other formats never come here. Says which columns found no room, and `advice`.
  void table(const Table& table, bool headings, std::string_view advice = {});
  void line(std::string_view text, Tone tone = Tone::kPlain);  // made printable
  // A line that nobody copies: it is fitted to the width of a terminal.
  void sentence(std::string_view text, Tone tone = Tone::kPlain);
  // Its lines, each made printable, indented, and on a terminal fitted to the width.
  void paragraph(std::string_view text);

  // A value for a person or a program.
  Cell cell(const JsonValue* value, Kind kind, std::string_view missing = "unknown") const;
  // The same on a page for people, which is one in a pipe as well: sizes have their units.
  Cell fact(const JsonValue& value, Kind kind) const;
  std::string time(Instant at) const;         // "2026-11-23 08:12" or RFC 3339
  std::string time_or_age(Instant at) const;  // "3 min ago" or RFC 3339
  std::string when(std::optional<Instant> not_before, Instant at) const;
  // As short_span has it (short_text.h).
  std::string short_when(std::optional<Instant> not_before, Instant at) const;

 private:
  std::ostream& out_;
  OutputOptions options_;
};

// Text of any value: lists joined by ", ", objects as JSON.
std::string plain_text(const JsonValue& value);
std::optional<Instant> instant_at(const JsonValue& object, std::string_view name);
Tone tone_of(std::string_view state);
// {"format":1, the members of `answer`}; `rows`, when given, in place of its "data".
std::string with_format(const JsonValue& answer, const JsonValue::Array* rows);

}  // namespace muster::cli
