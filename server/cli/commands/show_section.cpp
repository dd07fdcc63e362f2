// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/show_section.h"

#include <algorithm>
#include <array>
#include <optional>

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

// What people look for first, in this order; then come the other fields as declared, and what only
// programs need last. A terminal shows as many as it has room for.
constexpr std::array<std::string_view, 22> kFirst = {
    "name",          "mount_point",  "locator",       "interface",   "address",    "state",
    "version",       "size_bytes",   "serial_number", "model",       "model_name", "mac_address",
    "prefix_length", "architecture", "type",          "kind",        "media",      "transport",
    "memory_type",   "speed_mts",    "part_number",   "manufacturer"};
constexpr std::array<std::string_view, 8> kLast = {"manager", "scope",      "purl", "bank_locator",
                                                   "path",    "identifier", "wwn",  "instance"};

template <std::size_t N>
std::optional<int> place_in(const std::array<std::string_view, N>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin());
}

int importance(std::string_view field, int declared) {
  constexpr int kDeclared = 100;
  constexpr int kTechnical = 1000;
  if (const auto place = place_in(kFirst, field)) return *place;
  if (const auto place = place_in(kLast, field)) return kTechnical + *place;
  return kDeclared + declared;
}

// The rows as flat objects: {"values":{...},"since":...} without its inner braces.
JsonValue::Array flat_rows(const JsonValue::Array& rows) {
  JsonValue::Array flat;
  for (const JsonValue& row : rows) {
    JsonValue::Object members;
    for (const auto& [name, value] :
         row.object() == nullptr ? JsonValue::Object() : *row.object()) {
      if (name == "values" && value.object() != nullptr) {
        members.insert(members.end(), value.object()->begin(), value.object()->end());
      } else {
        members.emplace_back(name, value);
      }
    }
    flat.emplace_back(std::move(members));
  }
  return flat;
}

// All fields of the section in the order of its declaration, whether these rows have them or not,
// so that a script finds the same columns on each machine; then fields that the server keeps
// without knowing them; then where a row comes from.
std::vector<Column> section_columns(Context& context, const JsonValue::Array& rows) {
  std::vector<Column> columns;
  const auto is_known = [&](const std::string& name) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const Column& column) { return column.name == name; });
  };
  const JsonValue::Array sections = context.api().whole_list({"sections"}).rows;
  for (const JsonValue& section : sections) {
    if (section.text_at("name") != context.invocation.text("--section")) continue;
    for (const JsonValue& field : array_at(section, "fields")) {
      Column column{field.text_at("name").value_or("?")};
      column.kind = kind_of_field(column.name);
      if (column.kind == Kind::kText && field.text_at("type") == "integer")
        column.kind = Kind::kNumber;
      columns.push_back(std::move(column));
    }
  }
  for (const JsonValue& row : rows) {
    const JsonValue* values = row.find("values");
    if (values == nullptr || values->object() == nullptr) continue;
    for (const auto& [name, value] : *values->object()) {
      if (!is_known(name)) columns.push_back({name, kind_of_field(name)});
    }
  }
  columns.push_back({"since", Kind::kTime, false});
  columns.push_back({"not_before", Kind::kTime, false, "-"});
  columns.push_back({"until", Kind::kTime, false, "-"});
  columns.push_back({"source_record", Kind::kNumber, false});
  columns.push_back({"revision", Kind::kNumber, false});
  return columns;
}

bool has_values(const JsonValue::Array& rows, const std::string& name) {
  return std::any_of(rows.begin(), rows.end(), [&](const JsonValue& row) {
    const JsonValue* value = row.find(name);
    return value != nullptr && !value->is_null();
  });
}

// For a terminal: the important fields before the others, those without any value not at all, and
// what finds no room left out from the end.
std::vector<Column> terminal_columns(const std::vector<Column>& columns,
                                     const JsonValue::Array& rows) {
  std::vector<std::pair<int, Column>> ordered;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].is_default && has_values(rows, columns[i].name))
      ordered.emplace_back(importance(columns[i].name, static_cast<int>(i)), columns[i]);
  }
  std::stable_sort(ordered.begin(), ordered.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Column> shown;
  for (auto& [place, column] : ordered) {
    column.missing = "-";
    const bool is_text = column.kind == Kind::kText;
    column.giving = Giving{is_text ? Fit::kWords : Fit::kWhole, static_cast<int>(shown.size()), 16};
    if (place_in(kFirst, column.name)) column.giving->fit = Fit::kWhole;
    shown.push_back(std::move(column));
  }
  return shown;
}

// The one row of a section such as os is a list of what it says.
void write_as_list(Context& context, const std::vector<Column>& columns, const JsonValue& row) {
  Facts facts(context);
  for (const Column& column : columns) {
    if (column.is_default || column.name == "since")
      facts.add(column.name, row, column.name, column.kind);
  }
  facts.write();
}

// What the rows are worth whose source is not ok.
std::string rows_shown(std::string_view status) {
  if (status == "partial") return "; not all could be read, rows that are missing may be there";
  if (status == "denied" || status == "timeout" || status == "failed")
    return "; rows of before are shown, if there are any";
  return "";
}

void say_sources(Context& context, const JsonValue& answer) {
  for (const JsonValue& source : array_at(answer, "sources")) {
    const std::string status = source.text_at("status").value_or("ok");
    if (status == "ok") continue;
    const auto since = instant_at(source, "since");
    const auto reason = source.text_at("reason");
    context.remark(source.text_at("source").value_or("?") + ": " + status +
                   (since ? " since " + context.out.time(*since) : "") +
                   (reason ? ": " + *reason : "") + rows_shown(status));
  }
}

}  // namespace

int show_section(Context& context) {
  const List list = context.api().list({"items", context.invocation.required("ITEM"), "sections",
                                        context.invocation.required("--section")},
                                       context.points(), context.limit());
  if (context.out.options().format == Format::kJson) {
    context.out.list({}, list.first, list.rows);
    context.say_cut(list);
    return kDone;
  }
  const std::vector<Column> columns = section_columns(context, list.rows);
  if (context.out.list_columns(columns)) return kDone;
  const JsonValue::Array rows = flat_rows(list.rows);
  const bool is_for_people = context.out.is_terminal() && !context.out.options().columns;
  if (is_for_people && rows.size() == 1 && !list.is_cut) {
    write_as_list(context, columns, rows.front());
  } else if (is_for_people) {
    if (!rows.empty()) context.out.list(terminal_columns(columns, rows), list.first, rows);
  } else {
    context.out.list(columns, list.first, rows);
  }
  context.say_cut(list);
  say_sources(context, list.first);
  if (rows.empty()) context.remark("no rows");
  return kDone;
}

}  // namespace muster::cli
