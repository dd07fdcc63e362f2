// SPDX-License-Identifier: Apache-2.0
#include "server/store/migrations.h"

#include <map>

#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/store/fault.h"

namespace muster::server::store {
namespace {

constexpr std::string_view kCreateList = R"sql(
CREATE TABLE IF NOT EXISTS schema_migrations (
  number BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL,
    applied_at BIGINT NOT NULL))sql";
constexpr std::string_view kReadList =
    "SELECT number, name, sha256 FROM schema_migrations ORDER BY number";
constexpr std::string_view kAddToList =
    "INSERT INTO schema_migrations (number, name, sha256, applied_at) VALUES (?1, ?2, ?3, ?4)";

// Number and digest of what was applied.
std::map<std::int64_t, std::string> read_list(Database& database, Transaction& transaction) {
  std::map<std::int64_t, std::string> applied;
  if (schema_version(database, transaction) == 0) return applied;
  transaction.query(kReadList, {},
                    [&](const ResultRow& row) { applied[row.integer(0)] = row.text(2); });
  return applied;
}

void check_known(const std::map<std::int64_t, std::string>& applied) {
  for (const auto& [number, digest] : applied) {
    if (number > static_cast<std::int64_t>(migrations().size())) {
      throw StoreError(StoreErrorKind::kOther,
                       "the database was made by a newer muster-server (it has migration " +
                           std::to_string(number) +
                           "); install that version or restore an older backup");
    }
    const Migration& ours = migrations()[static_cast<std::size_t>(number - 1)];
    if (digest != to_hex(sha256(ours.sql))) {
      throw StoreError(StoreErrorKind::kOther,
                       "migration " + std::string(ours.name) +
                           " of the database is not the one that this program has");
    }
  }
}

}  // namespace

int schema_version(Database& database, Transaction& transaction) {
  if (database.columns(transaction, "schema_migrations").empty()) return 0;
  return static_cast<int>(
      transaction.find_integer("SELECT MAX(number) FROM schema_migrations").value_or(0));
}

void migrate(Database& database, Connection& connection, Instant now,
             const DeclaredTables& declared_tables) {
  // Read first without the lock on writing, so that a newer database is not touched at all.
  check_known(read_list(database, connection));
  for (const Migration& migration : migrations()) {
    connection.begin(true);
    try {
      store_fault("migration.begun");
      // Another server may have been at it until this moment.
      if (!read_list(database, connection).contains(migration.number)) {
        connection.run_script(std::string(kCreateList));
        connection.run_script(database.translate(migration.sql));
        store_fault("migration.script");
        connection.execute(
            kAddToList, {migration.number, migration.name, to_hex(sha256(migration.sql)), now.ms});
        store_fault("migration.listed");
      }
      connection.commit();
      fault_at("migration.committed");
    } catch (...) {
      connection.rollback();
      throw;
    }
  }
  if (!declared_tables) return;
  connection.begin(true);
  try {
    declared_tables(database, connection);
    store_fault("section_tables.updated");
    connection.commit();
  } catch (...) {
    connection.rollback();
    throw;
  }
}

}  // namespace muster::server::store
