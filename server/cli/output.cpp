// SPDX-License-Identifier: Apache-2.0
#include "server/cli/output.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ostream>

#include "common/json/write.h"
#include "common/support/suggest.h"
#include "common/support/text.h"
#include "server/cli/problem.h"

namespace muster::cli {
namespace {

constexpr int kFormatNumber = 1;

const JsonValue* member(const JsonValue& item, const std::string& name) {
  const JsonValue* value = item.find(name);
  return value == nullptr || value->is_null() ? nullptr : value;
}

}  // namespace

std::string humanised_bytes(std::int64_t bytes) {
  constexpr std::array<const char*, 6> kUnits = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (amount >= 1024 && unit + 1 < kUnits.size()) {
    amount /= 1024;
    ++unit;
  }
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), unit == 0 || amount >= 100 ? "%.0f %s" : "%.1f %s",
                amount, kUnits[unit]);
  return text.data();
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

std::string with_format(const JsonValue& answer, const JsonValue::Array* items) {
  JsonWriter json;
  json.begin_object().member("format", kFormatNumber);
  bool written = false;
  if (const JsonValue::Object* members = answer.object()) {
    for (const auto& [name, value] : *members) {
      if (name == "format") continue;
      json.key(name);
      if (name == "items" && items != nullptr) {
        written = true;
        json.begin_array();
        for (const JsonValue& item : *items)
          item.write(json);
        json.end_array();
      } else {
        value.write(json);
      }
    }
  }
  if (items != nullptr && !written) {
    json.key("items").begin_array();
    for (const JsonValue& item : *items)
      item.write(json);
    json.end_array();
  }
  json.end_object();
  return std::move(json).text();
}

Cell Output::cell(const JsonValue* value, Kind kind, std::string_view missing) const {
  if (value == nullptr || value->is_null())
    return is_terminal() ? Cell{std::string(missing), Tone::kUnknown} : Cell{};
  Cell cell{plain_text(*value), Tone::kPlain};
  if (kind == Kind::kState) cell.tone = tone_of(cell.text);
  if (kind == Kind::kBytes && is_terminal() && value->integer() != nullptr)
    cell.text = humanised_bytes(*value->integer());
  if (kind == Kind::kTime || kind == Kind::kAge) {
    if (const auto at = parse_rfc3339(cell.text))
      cell.text = kind == Kind::kAge ? time_or_age(*at) : time(*at);
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
    const auto found = std::find_if(known.begin(), known.end(),
                                    [&](const Column& column) { return column.name == name; });
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
                  const JsonValue::Array& items) {
  if (options_.format == Format::kJson) {
    out_ << with_format(answer, &items) << '\n';
    return;
  }
  if (options_.format == Format::kJsonLines) {
    for (const JsonValue& item : items)
      out_ << item.dump() << '\n';
    return;
  }
  Table table;
  const std::vector<Column> columns = chosen(known);
  for (const Column& column : columns) {
    table.headings.push_back(column.name);
    table.is_number.push_back(column.kind == Kind::kNumber || column.kind == Kind::kBytes);
  }
  for (const JsonValue& item : items) {
    std::vector<Cell> row;
    for (const Column& column : columns)
      row.push_back(cell(member(item, column.name), column.kind, column.missing));
    table.rows.push_back(std::move(row));
  }
  if (options_.format == Format::kCsv) {
    out_ << csv(table, options_.headings);
  } else {
    this->table(table, true);
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

void Output::table(const Table& table, bool headings) {
  const bool shown = headings && options_.headings;
  if (is_terminal()) {
    out_ << aligned(table, {options_.width, shown, options_.colour});
  } else {
    out_ << tab_separated(table, shown);
  }
}

void Output::line(std::string_view text, Tone tone) {
  out_ << coloured(printable(text), tone, is_terminal() && options_.colour) << '\n';
}

void Output::paragraph(std::string_view text) {
  for (const std::string_view each : lines(text))
    out_ << "  " << printable(each) << '\n';
}

}  // namespace muster::cli
