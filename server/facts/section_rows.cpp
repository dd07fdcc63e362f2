// SPDX-License-Identifier: Apache-2.0
#include "server/facts/section_rows.h"

#include <map>

#include "common/inventory/canonical.h"
#include "common/json/value.h"
#include "server/facts/section_tables.h"

namespace muster::server::facts {
namespace {

using inventory::SectionSchema;

constexpr int kFirstField = 12;  // columns before the fields in select_rows

std::string make_select(const SectionSchema& schema) {
  std::string sql =
      "SELECT r.row_id, r.row_key, r.source_record, r.since, r.until, r.not_before, "
      "r.close_not_before, r.opened_by, "
      "r.closed_by, r.open_reason, r.close_reason, r.extra";
  for (const inventory::FieldSchema& field : schema.fields) {
    sql += std::string(field.shared ? ", c.\"" : ", r.\"") + std::string(field.name) + '"';
  }
  sql += " FROM " + section_table(schema) + " r";
  if (schema.has_content())
    sql += " JOIN " + content_table(schema) + " c ON c.content_id = r.content_id";
  return sql;
}

void read_extra(std::string_view json, inventory::Row& row) {
  const Result<JsonValue> extra = JsonValue::parse(json);
  const JsonValue::Object* members = extra ? extra->object() : nullptr;
  if (members == nullptr) return;
  for (const auto& [name, value] : *members)
    row.extra.emplace_back(name, value.dump());
}

}  // namespace

const std::string& select_rows(const SectionSchema& schema) {
  static const std::map<std::string_view, std::string> kAll = [] {
    std::map<std::string_view, std::string> all;
    for (const SectionSchema& each : inventory::section_schemas())
      all.emplace(each.name, make_select(each));
    return all;
  }();
  return kAll.at(schema.name);
}

StoredRow read_stored_row(const SectionSchema& schema, const store::ResultRow& row) {
  StoredRow out;
  out.row_id = row.integer(0);
  out.row_key = row.integer(1);
  out.source_record = row.integer(2);
  out.since_ms = row.integer(3);
  out.until_ms = row.optional_integer(4);
  out.not_before_ms = row.optional_integer(5);
  out.close_not_before_ms = row.optional_integer(6);
  out.opened_by = row.integer(7);
  out.closed_by = row.optional_integer(8);
  out.open_reason = row.optional_text(9);
  out.close_reason = row.optional_text(10);
  if (!row.is_null(11)) read_extra(row.text(11), out.row);
  out.row.cells.reserve(schema.fields.size());
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    out.row.cells.push_back(from_sql(schema.fields[i], row, kFirstField + static_cast<int>(i)));
  }
  return out;
}

std::string row_json(const SectionSchema& schema, const inventory::Row& row) {
  return inventory::canonical_json(schema, row);
}

std::string cell_json(const inventory::Cell& cell) {
  JsonWriter json;
  if (const auto* number = std::get_if<std::int64_t>(&cell)) json.value(*number);
  if (const auto* truth = std::get_if<bool>(&cell)) json.value(*truth);
  if (const auto* text = std::get_if<std::string>(&cell)) json.value(*text);
  if (const auto* at = std::get_if<Instant>(&cell)) json.value(*at);
  if (const auto* list = std::get_if<std::vector<std::string>>(&cell)) json.value(*list);
  return std::move(json).text();
}

std::optional<std::string> present_json(const inventory::Cell& cell) {
  std::string json = cell_json(cell);
  return json.empty() ? std::nullopt : std::optional(std::move(json));
}

std::string cell_text(const inventory::Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* at = std::get_if<Instant>(&cell)) return to_rfc3339(*at);
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth ? "yes" : "no";
  if (const auto* list = std::get_if<std::vector<std::string>>(&cell)) {
    std::string out;
    for (const std::string& text : *list)
      out += (out.empty() ? "" : ", ") + text;
    return out;
  }
  return cell_json(cell);
}

std::string row_label(const SectionSchema& schema, const inventory::Row& row) {
  if (schema.key_fields.empty()) return std::string(schema.title);
  // The first of these that the row has: a name that people use comes before an identifier.
  for (const std::string_view field :
       {"name", "mount_point", "address", "locator", "model", "socket"}) {
    const auto index = schema.find(field);
    if (!index || std::holds_alternative<std::monostate>(row.cells[*index])) continue;
    return cell_text(row.cells[*index]);
  }
  return cell_text(row.cells[schema.key_fields.front()]);
}

}  // namespace muster::server::facts
