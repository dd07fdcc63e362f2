// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/item_rows.h"

namespace muster::server::cmdb {
namespace {

constexpr std::string_view kAddItem =
    "INSERT INTO items (created_by, created_at) VALUES (?1, ?2) RETURNING item_id";
constexpr std::string_view kAddSourceRecord =
    "INSERT INTO source_records (kind, created_by) VALUES (?1, ?2) RETURNING source_record";
constexpr std::string_view kAssign = R"sql(
  INSERT INTO assignments (source_record, item_id, reason, since, opened_by)
    VALUES (?1, ?2, ?3, ?4, ?5))sql";
constexpr std::string_view kUnassign =
    "UPDATE assignments SET until = ?1, closed_by = ?2 WHERE source_record = ?3 AND until IS NULL";
constexpr std::string_view kAssignedItem =
    "SELECT item_id FROM assignments WHERE source_record = ?1 AND until IS NULL";

}  // namespace

std::int64_t add_item_row(store::Transaction& transaction, std::int64_t revision, Instant at) {
  return transaction.find_integer(kAddItem, {revision, at.ms}).value();
}

std::int64_t add_source_record(store::Transaction& transaction, SourceKind kind,
                               std::int64_t revision) {
  const char* const name = kind == SourceKind::kAgent ? "agent" : "manual";
  return transaction.find_integer(kAddSourceRecord, {name, revision}).value();
}

void assign(store::Transaction& transaction, std::int64_t source_record, std::int64_t item_id,
            std::string_view reason, Instant since, std::int64_t revision) {
  transaction.execute(kAssign, {source_record, item_id, reason, since.ms, revision});
}

void reassign(store::Transaction& transaction, std::int64_t source_record, std::int64_t item_id,
              std::string_view reason, Instant since, std::int64_t revision) {
  transaction.execute(kUnassign, {since.ms, revision, source_record});
  assign(transaction, source_record, item_id, reason, since, revision);
}

std::optional<std::int64_t> assigned_item(store::Transaction& transaction,
                                          std::int64_t source_record) {
  return transaction.find_integer(kAssignedItem, {source_record});
}

}  // namespace muster::server::cmdb
