// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/show_section.h"

#include <algorithm>

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

constexpr std::size_t kReadableColumns = 24;  // a cell is cut to this before a column is left out

Kind kind_of(const std::string& field) {
  if (field.ends_with("_bytes")) return Kind::kBytes;
  if (field.ends_with("_at")) return Kind::kTime;
  return Kind::kText;
}

// The rows as flat objects; adds their fields to `columns` in the order in which they come.
JsonValue::Array flat_rows(const JsonValue::Array& rows, std::vector<Column>& columns) {
  JsonValue::Array flat;
  for (const JsonValue& row : rows) {
    JsonValue::Object members;
    for (const auto& [name, value] :
         row.object() == nullptr ? JsonValue::Object() : *row.object()) {
      if (name != "values" || value.object() == nullptr) {
        members.emplace_back(name, value);
        continue;
      }
      for (const auto& [field, each] : *value.object()) {
        members.emplace_back(field, each);
        const std::string& wanted = field;  // clang 14 captures no structured binding
        const bool is_new = std::none_of(columns.begin(), columns.end(), [&](const Column& column) {
          return column.name == wanted;
        });
        if (is_new)
          columns.push_back({field, each.integer() != nullptr && kind_of(field) == Kind::kText
                                        ? Kind::kNumber
                                        : kind_of(field)});
      }
    }
    flat.emplace_back(std::move(members));
  }
  return flat;
}

// The order of the declaration, the key's fields first: rows come with their members sorted.
void sort_as_declared(Context& context, std::vector<Column>& columns) {
  const JsonValue::Array sections = context.api().whole_list({"sections"}).items;
  const auto section = std::find_if(sections.begin(), sections.end(), [&](const JsonValue& each) {
    return each.text_at("name") == context.invocation.text("--section");
  });
  if (section == sections.end()) return;
  const JsonValue::Array& fields = array_at(*section, "fields");
  const auto place = [&](const Column& column) {
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (fields[i].text_at("name") != column.name) continue;
      if (column.name == "name") return std::size_t{0};
      return 1 + i + (fields[i].boolean_at("key").value_or(false) ? 0 : fields.size());
    }
    return 1 + 2 * fields.size();
  };
  std::stable_sort(columns.begin(), columns.end(),
                   [&](const Column& a, const Column& b) { return place(a) < place(b); });
}

// As many of the columns as a terminal can show readably; the others can be asked for by name.
void leave_out_what_does_not_fit(Context& context, std::vector<Column>& columns,
                                 const JsonValue::Array& rows) {
  std::size_t left = context.out.options().width;
  std::size_t hidden = 0;
  for (Column& column : columns) {
    std::size_t width = column.name.size();
    for (const JsonValue& row : rows) {
      const Cell cell = context.out.cell(row.find(column.name), column.kind);
      width = std::max(width, std::min(display_width(cell.text), kReadableColumns));
    }
    if (hidden == 0 && width <= left) {
      left -= std::min(left, width + 2);
      continue;
    }
    column.is_default = false;
    ++hidden;
  }
  if (hidden > 0)
    context.remark(std::to_string(hidden) + " more columns do not fit; --columns= lists them");
}

// What the rows are worth whose source is not ok.
std::string rows_shown(std::string_view status) {
  if (status == "partial") return "; not all could be read, rows that are missing may be there";
  if (status == "denied" || status == "timeout" || status == "failed")
    return "; rows of before are shown, if there are any";
  return "";
}

}  // namespace

int show_section(Context& context) {
  const List list = context.api().list({"items", context.invocation.required("ITEM"), "sections",
                                        context.invocation.required("--section")},
                                       context.points(), context.limit());
  if (context.out.options().format == Format::kJson) {
    context.out.list({}, list.first, list.items);
    context.say_cut(list);
    return kDone;
  }
  std::vector<Column> columns;
  const JsonValue::Array rows = flat_rows(list.items, columns);
  if (context.out.is_terminal() && !context.out.options().columns && !rows.empty()) {
    sort_as_declared(context, columns);
    leave_out_what_does_not_fit(context, columns, rows);
  }
  columns.push_back({"since", Kind::kTime, columns.empty()});
  columns.push_back({"not_before", Kind::kTime, false, "-"});
  columns.push_back({"until", Kind::kTime, false, "-"});
  columns.push_back({"source_record", Kind::kNumber, false});
  columns.push_back({"revision", Kind::kNumber, false});
  if (context.out.list_columns(columns)) return kDone;
  context.out.list(columns, list.first, rows);
  context.say_cut(list);
  for (const JsonValue& source : array_at(list.first, "sources")) {
    const std::string status = source.text_at("status").value_or("ok");
    if (status == "ok") continue;
    const auto since = instant_at(source, "since");
    const auto reason = source.text_at("reason");
    context.remark(source.text_at("source").value_or("?") + ": " + status +
                   (since ? " since " + context.out.time(*since) : "") +
                   (reason ? ": " + *reason : "") + rows_shown(status));
  }
  if (rows.empty()) context.remark("no rows");
  return kDone;
}

}  // namespace muster::cli
