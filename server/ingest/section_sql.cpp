// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/section_sql.h"

#include <map>

#include "server/facts/section_tables.h"

namespace muster::server::ingest {
namespace {

using inventory::FieldSchema;
using inventory::SectionSchema;

std::string insert_text(const std::string& table, const std::string& columns, int count,
                        bool ignore_present) {
  std::string places;
  for (int i = 1; i <= count; ++i)
    places += (i > 1 ? ", ?" : "?") + std::to_string(i);
  return "INSERT INTO " + table + " (" + columns + ") VALUES (" + places + ')' +
         (ignore_present ? " ON CONFLICT (content_hash) DO NOTHING" : "");
}

SectionSql make_sql(const SectionSchema& schema) {
  const std::string table = facts::section_table(schema);
  const std::string content = facts::content_table(schema);
  const bool split = schema.has_content();
  // Where a section has one source, it is a constant and not read from the row.
  std::string source = "'" + std::string(schema.providers.front()) + "'";
  std::string join;
  if (schema.provider_field) {
    const FieldSchema& field = schema.fields[*schema.provider_field];
    source = std::string(field.shared ? "c" : "r") + ".\"" + std::string(field.name) + "\"";
    if (field.shared) join = " JOIN " + content + " c ON c.content_id = r.content_id";
  }
  SectionSql sql;
  sql.find_open = "SELECT r.row_id, r.row_hash, " + source + ", r.row_key FROM " + table + " r" +
                  join + " WHERE r.source_record = ?1 AND r.row_key = ?2 AND r.until IS NULL";
  sql.all_open = "SELECT r.row_id, r.row_hash, " + source + ", r.row_key FROM " + table + " r" +
                 join + " WHERE r.source_record = ?1 AND r.until IS NULL";
  sql.close =
      "UPDATE " + table +
      " SET until = ?1, closed_by = ?2, close_reason = ?3, close_not_before = ?4 WHERE row_id = ?5";
  std::string columns =
      "source_record, row_key, row_hash, since, not_before, opened_by, open_reason, extra";
  int count = 8;
  if (split) {
    columns += ", content_id";
    ++count;
  }
  std::string shared_columns = "content_hash";
  int shared_count = 1;
  for (const FieldSchema& field : schema.fields) {
    std::string& list = field.shared ? shared_columns : columns;
    list += ", \"" + std::string(field.name) + '"';
    ++(field.shared ? shared_count : count);
  }
  sql.insert = insert_text(table, columns, count, false);
  sql.find_content = "SELECT content_id FROM " + content + " WHERE content_hash = ?1";
  sql.insert_content = insert_text(content, shared_columns, shared_count, true);
  return sql;
}

}  // namespace

const SectionSql& section_sql(const SectionSchema& schema) {
  static const std::map<std::string_view, SectionSql> kAll = [] {
    std::map<std::string_view, SectionSql> all;
    for (const SectionSchema& each : inventory::section_schemas())
      all.emplace(each.name, make_sql(each));
    return all;
  }();
  return kAll.at(schema.name);
}

inventory::Hash128 content_hash(const SectionSchema& schema, const inventory::Row& row) {
  return inventory::row_hash(inventory::shared_canonical_json(schema, row));
}

}  // namespace muster::server::ingest
