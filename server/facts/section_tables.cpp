// SPDX-License-Identifier: Apache-2.0
#include "server/facts/section_tables.h"

#include <algorithm>

#include "common/json/value.h"
#include "common/json/write.h"
#include "common/support/digest.h"
#include "server/store/fault.h"

namespace muster::server::facts {
namespace {

using inventory::FieldSchema;
using inventory::FieldType;
using inventory::SectionSchema;

std::string_view column_type(FieldType type) {
  switch (type) {
    case FieldType::kInteger:
    case FieldType::kBoolean:
    case FieldType::kTime:
      return "BIGINT";
    case FieldType::kText:
    case FieldType::kEnum:
    case FieldType::kTextList:
      return "TEXT";
  }
  return "TEXT";
}

// Field names are checked at compile time. They are quoted because some ("name", "section") are
// words of SQL.
std::string quoted(std::string_view name) {
  return '"' + std::string(name) + '"';
}

std::string field_columns(const SectionSchema& schema, bool shared) {
  std::string out;
  for (const FieldSchema& field : schema.fields) {
    if (field.shared == shared)
      out += ",\n  " + quoted(field.name) + ' ' + std::string(column_type(field.type));
  }
  return out;
}

}  // namespace

std::string section_table(const SectionSchema& schema) {
  return "section_" + std::string(schema.name);
}
std::string content_table(const SectionSchema& schema) {
  return section_table(schema) + "_content";
}
std::string by_content_table(const SectionSchema& schema) {
  return section_table(schema) + "_by_content";
}

std::string section_view(const SectionSchema& schema) {
  return "inventory_" + std::string(schema.name);
}

std::string section_ddl(const SectionSchema& schema) {
  const std::string table = section_table(schema);
  const std::string content = content_table(schema);
  const bool split = schema.has_content();
  std::string out;
  if (split) {
    out += "CREATE TABLE IF NOT EXISTS " + content +
           " (\n  content_id {identity},\n  content_hash {bytes} NOT NULL UNIQUE" +
           field_columns(schema, true) + ");\n";
    if (schema.find("name")) {
      out += "CREATE INDEX IF NOT EXISTS " + content + "_by_name ON " + content + " (\"name\");\n";
      // Queries compare names without regard to case.
      out += "CREATE INDEX IF NOT EXISTS " + content + "_by_lower_name ON " + content +
             " (lower(\"name\"));\n";
    }
  }
  out += "CREATE TABLE IF NOT EXISTS " + table +
         " (\n  row_id {identity},\n  source_record BIGINT NOT NULL,\n" +
         "  row_key BIGINT NOT NULL,\n  row_hash {bytes} NOT NULL,\n  since BIGINT NOT NULL,\n  "
         "until BIGINT,\n" +
         "  not_before BIGINT,\n  close_not_before BIGINT,\n  opened_by BIGINT NOT NULL,\n  "
         "closed_by BIGINT,\n  open_reason "
         "TEXT,\n" +
         "  close_reason TEXT" + (split ? ",\n  content_id BIGINT NOT NULL" : "") +
         field_columns(schema, false) + ",\n  extra TEXT);\n";
  out += "CREATE UNIQUE INDEX IF NOT EXISTS " + table + "_open ON " + table +
         " (source_record, row_key) WHERE until IS NULL;\n";
  out += "CREATE INDEX IF NOT EXISTS " + table + "_closed ON " + table +
         " (source_record, until) WHERE until IS NOT NULL;\n";
  if (split) {
    out += "CREATE TABLE IF NOT EXISTS " + by_content_table(schema) +
           " (content_id BIGINT NOT NULL, row_id BIGINT NOT NULL, PRIMARY KEY (content_id, row_id))"
           "{clustered};\n"
           "CREATE TABLE IF NOT EXISTS merged_rows (section TEXT PRIMARY KEY, row_id BIGINT NOT "
           "NULL);\n";
  }
  return out;
}

std::string rows_of_contents(const SectionSchema& schema, std::string_view contents) {
  const std::string table = section_table(schema);
  return "WITH wanted (content_id) AS MATERIALIZED (" + std::string(contents) +
         ") SELECT x.row_id FROM wanted w CROSS JOIN " + by_content_table(schema) +
         " x WHERE x.content_id = w.content_id UNION ALL SELECT p.row_id FROM " + table +
         " p WHERE p.row_id > COALESCE((SELECT m.row_id FROM merged_rows m WHERE m.section = '" +
         std::string(schema.name) +
         "'), 0) AND p.content_id IN (SELECT w.content_id FROM wanted w)";
}

std::string section_view_ddl(const SectionSchema& schema) {
  const std::string view = section_view(schema);
  std::string out = "DROP VIEW IF EXISTS " + view + ";\nCREATE VIEW " + view +
                    " AS SELECT r.row_id, r.source_record";
  for (const FieldSchema& field : schema.fields) {
    out += std::string(", ") + (field.shared ? "c." : "r.") + quoted(field.name);
  }
  out +=
      ", r.extra, r.since, r.until, r.not_before, r.close_not_before, r.opened_by, r.closed_by, "
      "r.open_reason, "
      "r.close_reason FROM " +
      section_table(schema) + " r";
  if (schema.has_content())
    out += " JOIN " + content_table(schema) + " c ON c.content_id = r.content_id";
  return out + ";\n";
}

void update_section_tables(store::Database& database, store::Transaction& transaction) {
  for (const SectionSchema& schema : inventory::section_schemas()) {
    transaction.run_script(database.translate(section_ddl(schema)));
    store::store_fault("section_tables.table");
    for (const bool shared : {false, true}) {
      if (shared && !schema.has_content()) continue;
      const std::string table = shared ? content_table(schema) : section_table(schema);
      const std::vector<std::string> present = database.columns(transaction, table);
      for (const FieldSchema& field : schema.fields) {
        if (field.shared != shared ||
            std::find(present.begin(), present.end(), field.name) != present.end())
          continue;
        transaction.run_script("ALTER TABLE " + table + " ADD COLUMN " + quoted(field.name) + ' ' +
                               std::string(column_type(field.type)));
      }
    }
    transaction.run_script(section_view_ddl(schema));
    store::store_fault("section_tables.view");
  }
}

store::StoreOptions with_section_tables(store::StoreOptions options) {
  options.declared_tables = update_section_tables;
  return options;
}

store::SqlValue to_sql(const inventory::Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) return *number;
  if (const auto* truth = std::get_if<bool>(&cell)) return *truth;
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* at = std::get_if<Instant>(&cell)) return at->ms;
  if (const auto* list = std::get_if<std::vector<std::string>>(&cell)) {
    JsonWriter json;
    json.value(*list);
    return std::move(json).text();
  }
  return {};
}

inventory::Cell from_sql(const FieldSchema& field, const store::ResultRow& row, int column) {
  if (row.is_null(column)) return {};
  switch (field.type) {
    case FieldType::kInteger:
      return row.integer(column);
    case FieldType::kBoolean:
      return row.integer(column) != 0;
    case FieldType::kTime:
      return Instant{row.integer(column)};
    case FieldType::kText:
    case FieldType::kEnum:
      return std::string(row.text(column));
    case FieldType::kTextList:
      break;
  }
  std::vector<std::string> list;
  const Result<JsonValue> json = JsonValue::parse(row.text(column));
  if (const JsonValue::Array* items = json ? json->array() : nullptr) {
    for (const JsonValue& item : *items) {
      if (const std::string* text = item.text()) list.push_back(*text);
    }
  }
  return list;
}

std::int64_t stored_key(std::string_view row_key) {
  const auto digest = sha256_array(row_key);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value = value << 8 | digest[i];
  return static_cast<std::int64_t>(value);
}

}  // namespace muster::server::facts
