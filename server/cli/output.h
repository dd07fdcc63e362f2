// SPDX-License-Identifier: Apache-2.0
// What commands print on standard output, in the form that was asked for: a table for the terminal,
// the same columns separated by tabs otherwise, or --json, --jsonl, --csv. Times are local and
// sizes humanised on a terminal only. `out` outlives it; one thread.
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
  kAge,    // a time, shown as an age on a terminal
  kState,  // a word that may mean trouble
};

struct Column {
  std::string name;  // of the member in the answer
  Kind kind = Kind::kText;
  bool is_default = true;
  std::string_view missing = "unknown";  // on a terminal; elsewhere an absent value is empty
};

struct OutputOptions {
  Format format = Format::kText;
  bool is_terminal = false;
  bool colour = false;
  std::size_t width = 80;
  bool headings = true;
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

  // A list: `answer` is the API's object (for --json), `items` all its items.
  void list(const std::vector<Column>& known, const JsonValue& answer,
            const JsonValue::Array& items);
  // One object as --json, --jsonl or --csv; false when text is wanted (nothing was printed).
  bool object(const JsonValue& answer, const std::vector<Column>& csv_columns = {});
  // Rows as text; other formats never come here.
  void table(const Table& table, bool headings);
  void line(std::string_view text, Tone tone = Tone::kPlain);  // made printable
  void paragraph(std::string_view text);  // its lines, each made printable and indented

  // A value for a person or a program.
  Cell cell(const JsonValue* value, Kind kind, std::string_view missing = "unknown") const;
  std::string time(Instant at) const;         // "2026-11-23 08:12" or RFC 3339
  std::string time_or_age(Instant at) const;  // "3 min ago" or RFC 3339
  std::string when(std::optional<Instant> not_before, Instant at) const;

 private:
  std::ostream& out_;
  OutputOptions options_;
};

// "16.0 GiB", "512 MiB", "830 B".
std::string humanised_bytes(std::int64_t bytes);
// Text of any value: lists joined by ", ", objects as JSON.
std::string plain_text(const JsonValue& value);
std::optional<Instant> instant_at(const JsonValue& object, std::string_view name);
Tone tone_of(std::string_view state);
// {"format":1, the members of `answer`}; `items`, when given, in place of its own.
std::string with_format(const JsonValue& answer, const JsonValue::Array* items);

}  // namespace muster::cli
