// SPDX-License-Identifier: Apache-2.0
#include "server/cli/output.h"

#include <algorithm>
#include <array>
#include <ostream>

#include "common/json/write.h"
#include "common/support/suggest.h"
#include "common/support/text.h"
#include "server/cli/problem.h"
#include "server/cli/short_text.h"
#include "server/cli/table_layout.h"

namespace muster::cli {
namespace {

constexpr int kFormatNumber = 1;

const JsonValue* member(const JsonValue& item, const std::string& name) {
  const JsonValue* value = item.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

Giving giving_of(const Column& column) {
  if (column.giving) return *column.giving;
  switch (column.kind) {
    case Kind::kText:
      return {};
    case Kind::kSystem:
      return {Fit::kMiddle};
    default:
      return {Fit::kWhole};
  }
}

std::string plain_text(const JsonValue& value) {
  if (const std::string* text = value.text()) return *text;
  if (const JsonValue::Array* list = value.array()) {
    std::string joined;
    for (const JsonValue& each : *list)
      joined += (joined.empty() ? "" : ", ") + plain_text(each);
    return joined;
  }
  if (const bool* truth = value.boolean()) return *truth ? "yes" : "no";
  if (value.is_null()) return {};
  return value.dump();
}

std::optional<Instant> instant_at(const JsonValue& object, std::string_view name) {
  const auto text = object.text_at(name);
  return text ? parse_rfc3339(*text) : std::nullopt;
}

Tone tone_of(std::string_view state) {
  for (const std::string_view bad : {"failed", "revoked", "missing", "disabled", "expired"}) {
    if (state == bad) return Tone::kBad;
  }
  for (const std::string_view warning :
       {"stale", "denied", "timeout", "partial", "late", "silent", "offline", "waiting"}) {
    if (state == warning) return Tone::kWarning;
  }
  if (state == "unknown" || state == "not_applicable") return Tone::kUnknown;
  return Tone::kPlain;
}

std::string with_format(const JsonValue& answer, const JsonValue::Array* rows) {
  JsonWriter json;
  json.begin_object().member("format", kFormatNumber);
  bool written = false;
  if (const JsonValue::Object* members = answer.object()) {
    for (const auto& [name, value] : *members) {
      if (name == "format") continue;
      json.key(name);
      if (name == "data" && rows != nullptr) {
        written = true;
        json.begin_array();
        for (const JsonValue& row : *rows)
          row.write(json);
        json.end_array();
      } else {
        value.write(json);
      }
    }
  }
  if (rows != nullptr && !written) {
    json.key("data").begin_array();
    for (const JsonValue& row : *rows)
      row.write(json);
    json.end_array();
  }
  json.end_object();
  return std::move(json).text();
}

Cell Output::fact(const JsonValue& value, Kind kind) const {
  Cell cell = this->cell(&value, kind);
  if (kind == Kind::kBytes && value.integer() != nullptr)
    cell.text = humanised_bytes(*value.integer());
  return cell;
}

Cell Output::cell(const JsonValue* value, Kind kind, std::string_view missing) const {
  if (value == nullptr || value->is_null())
    return is_terminal() ? Cell{std::string(missing), Tone::kUnknown} : Cell{};
  Cell cell{plain_text(*value), Tone::kPlain};
  if (kind == Kind::kState) cell.tone = tone_of(cell.text);
  if (kind == Kind::kBytes && is_terminal() && value->integer() != nullptr)
    cell.text = humanised_bytes(*value->integer());
  if (kind == Kind::kClass && is_terminal()) cell.text = short_class(cell.text);
  if (kind == Kind::kSystem && is_terminal()) cell.text = short_system(cell.text);
  if (kind == Kind::kTime || kind == Kind::kAge) {
    if (const auto at = parse_rfc3339(cell.text)) {
      cell.text = kind == Kind::kAge && is_terminal() ? short_age(*at, options_.now) : time(*at);
    }
  }
  return cell;
}

std::string Output::time(Instant at) const {
  return is_terminal() ? date_and_minute(at, options_.zone) : to_rfc3339(at);
}

std::string Output::time_or_age(Instant at) const {
  return is_terminal() ? age(at, options_.now) : to_rfc3339(at);
}

std::string Output::when(std::optional<Instant> not_before, Instant at) const {
  if (is_terminal()) return between(not_before, at, options_.zone);
  if (!not_before) return "seen " + to_rfc3339(at);
  return "between " + to_rfc3339(*not_before) + " and " + to_rfc3339(at);
}

std::string Output::short_when(std::optional<Instant> not_before, Instant at) const {
  return short_span(not_before, at, options_.now, options_.zone);
}

bool Output::list_columns(const std::vector<Column>& known) {
  if (!options_.columns || !options_.columns->empty()) return false;
  for (const Column& column : known)
    out_ << column.name << '\n';
  return true;
}

std::vector<Column> Output::chosen(const std::vector<Column>& known) const {
  std::vector<Column> chosen;
  if (!options_.columns) {
    std::copy_if(known.begin(), known.end(), std::back_inserter(chosen),
                 [](const Column& column) { return column.is_default; });
    return chosen;
  }
  for (const std::string& name : *options_.columns) {
    const auto found = std::find_if(known.begin(), known.end(), [&](const Column& column) {
      return column.name == name || column.heading == name;
    });
    if (found == known.end()) {
      std::vector<std::string> names;
      for (const Column& column : known)
        names.push_back(column.name);
      throw Problem(kUsage, "there is no column \"" + name + '"',
                    suggestion(name, names, "--columns= (lists them)"));
    }
    chosen.push_back(*found);
  }
  return chosen;
}

void Output::list(const std::vector<Column>& known, const JsonValue& answer,
                  const JsonValue::Array& rows) {
  if (options_.format == Format::kJson) {
    out_ << with_format(answer, &rows) << '\n';
    return;
  }
  if (options_.format == Format::kJsonLines) {
    for (const JsonValue& row : rows)
      out_ << row.dump() << '\n';
    return;
  }
  Table table;
  const std::vector<Column> columns = chosen(known);
  for (const Column& column : columns) {
    const bool is_short = is_terminal() && !column.heading.empty();
    table.headings.push_back(is_short ? std::string(column.heading) : column.name);
    table.is_number.push_back(column.kind == Kind::kNumber || column.kind == Kind::kBytes);
    table.giving.push_back(giving_of(column));
    if (options_.columns) table.giving.back().rank = 0;  // what was asked for by name is shown
  }
  for (const JsonValue& row : rows) {
    std::vector<Cell> cells;
    for (const Column& column : columns)
      cells.push_back(cell(member(row, column.name), column.kind, column.missing));
    table.rows.push_back(std::move(cells));
  }
  if (options_.format == Format::kCsv) {
    out_ << csv(table, {options_.headings, !options_.is_exact, options_.ends_with_crlf});
  } else {
    this->table(table, true, "--columns NAME,... chooses");
  }
}

bool Output::object(const JsonValue& answer, const std::vector<Column>& csv_columns) {
  switch (options_.format) {
    case Format::kText:
      return false;
    case Format::kJson:
      out_ << with_format(answer, nullptr) << '\n';
      return true;
    case Format::kJsonLines:
      out_ << answer.dump() << '\n';
      return true;
    case Format::kCsv:
      break;
  }
  std::vector<Column> columns = csv_columns;
  if (columns.empty() && answer.object() != nullptr) {
    for (const auto& [name, value] : *answer.object())
      columns.push_back({name});
  }
  list(columns, answer, {answer});
  return true;
}

void Output::table(const Table& table, bool headings, std::string_view advice) {
  const bool shown = headings && options_.headings;
  if (!is_terminal()) {
    out_ << tab_separated(table, shown);
    return;
  }
  const Aligned fitted = aligned(table, {options_.width, shown, options_.colour});
  out_ << fitted.text;
  if (fitted.left_out.empty()) return;
  std::string names;
  for (const std::string& name : fitted.left_out)
    names += (names.empty() ? "" : ", ") + name;
  std::string remark = "no room for: " + names;
  if (!advice.empty()) remark += "; " + std::string(advice);
  sentence(remark, Tone::kUnknown);
}

void Output::line(std::string_view text, Tone tone) {
  out_ << coloured(printable(text), tone, is_terminal() && options_.colour) << '\n';
}

void Output::sentence(std::string_view text, Tone tone) {
  if (!is_terminal()) return line(text, tone);
  for (const std::string& each : wrapped(printable(text), options_.width))
    out_ << coloured(each, tone, options_.colour) << '\n';
}

void Output::paragraph(std::string_view text) {
  constexpr std::size_t kIndent = 2;
  for (const std::string_view each : lines(text)) {
    const std::string shown = printable(each);
    if (!is_terminal()) {
      out_ << "  " << shown << '\n';
      continue;
    }
    for (const std::string& part : wrapped(shown, options_.width - kIndent))
      out_ << "  " << part << '\n';
  }
}

}  // namespace muster::cli
