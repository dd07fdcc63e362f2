// SPDX-License-Identifier: Apache-2.0
#include "server/store/move.h"

#include <algorithm>

#include "common/support/text.h"

namespace muster::server::store {
namespace {

constexpr std::size_t kRowsAtOnce = 500;
constexpr std::size_t kBytesAtOnce = 4 * 1024 * 1024;
constexpr std::int64_t kProgressRows = 100'000;
// Made by each database for itself.
constexpr std::string_view kOwnList = "schema_migrations";

enum class ColumnKind { kInteger, kText, kBytes };

ColumnKind kind_of(std::string_view type) {
  const std::string lower = lower_ascii(type);
  if (lower == "blob" || lower == "bytea") return ColumnKind::kBytes;
  return lower.find("int") != std::string::npos ? ColumnKind::kInteger : ColumnKind::kText;
}

std::string quoted(const std::string& name) {
  return '"' + name + '"';
}

std::string list_of(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns)
    out += (out.empty() ? "" : ", ") + quoted(column);
  return out;
}

std::string insert_text(const std::string& table, const std::vector<std::string>& columns) {
  std::string marks;
  for (std::size_t i = 1; i <= columns.size(); ++i)
    marks += (i == 1 ? "?" : ", ?") + std::to_string(i);
  return "INSERT INTO " + quoted(table) + " (" + list_of(columns) + ") VALUES (" + marks + ')';
}

class TableMove {
 public:
  TableMove(Transaction& to, std::string table, const std::vector<std::string>& columns,
            const std::vector<ColumnKind>& kinds, const MoveProgress& progress)
      : to_(to),
        columns_(columns),
        kinds_(kinds),
        insert_(insert_text(table, columns)),
        progress_(progress) {
    moved_.name = std::move(table);
  }

  void add(const ResultRow& row) {
    Transaction::Values values;
    values.reserve(columns_.size());
    for (std::size_t i = 0; i < columns_.size(); ++i)
      values.push_back(value_of(row, static_cast<int>(i)));
    waiting_.push_back(std::move(values));
    ++moved_.rows;
    if (waiting_.size() >= kRowsAtOnce || bytes_ >= kBytesAtOnce) flush();
    if (moved_.rows % kProgressRows == 0) progress_(moved_);
  }
  void flush() {
    to_.execute_many(insert_, waiting_);
    waiting_.clear();
    bytes_ = 0;
  }
  const MovedTable& moved() const { return moved_; }

 private:
  SqlValue value_of(const ResultRow& row, int column) {
    if (row.is_null(column)) return {};
    const ColumnKind kind = kinds_[static_cast<std::size_t>(column)];
    if (kind == ColumnKind::kInteger) return row.integer(column);
    std::string bytes(row.text(column));
    bytes_ += bytes.size();
    if (kind == ColumnKind::kBytes) return Blob{std::move(bytes)};
    return bytes;
  }

  Transaction& to_;
  const std::vector<std::string>& columns_;
  const std::vector<ColumnKind>& kinds_;
  std::string insert_;
  const MoveProgress& progress_;
  MovedTable moved_;
  std::vector<Transaction::Values> waiting_;
  std::size_t bytes_ = 0;
};

// A key is never given twice, also none whose row was deleted.
void restart_identity(const Dialect& from_dialect, Transaction& from, const Dialect& to_dialect,
                      Transaction& to, const std::string& table) {
  if (from_dialect.last_generated.empty() || to_dialect.restart_identity.empty()) {
    throw StoreError(StoreErrorKind::kOther,
                     "a store can be moved from SQLite to PostgreSQL, not the other way");
  }
  const auto column = to.find_text(to_dialect.identity_column, {table});
  const auto last = from.find_integer(from_dialect.last_generated, {table});
  if (column && last && *last > 0)
    to.find_integer(to_dialect.restart_identity, {table, *column, *last});
}

std::vector<std::string> tables_to_move(Database& database, Transaction& transaction) {
  std::vector<std::string> out = database.tables(transaction);
  std::erase(out, kOwnList);
  return out;
}

}  // namespace

std::vector<MovedTable> move_tables(Database& from_database, Transaction& from,
                                    Database& to_database, Transaction& to,
                                    const MoveProgress& progress) {
  const std::vector<std::string> tables = tables_to_move(from_database, from);
  if (tables != tables_to_move(to_database, to))
    throw StoreError(StoreErrorKind::kOther, "the two databases have different tables");
  for (const std::string& table : tables) {
    if (to.find_integer("SELECT 1 FROM " + quoted(table) + " LIMIT 1")) {
      throw StoreError(
          StoreErrorKind::kOther,
          "the database that is to be filled is not empty: there are rows in " + table);
    }
  }
  std::vector<MovedTable> out;
  for (const std::string& table : tables) {
    std::vector<std::string> columns;
    std::vector<ColumnKind> kinds;
    to.query(to_database.dialect().columns, {table}, [&](const ResultRow& row) {
      columns.emplace_back(row.text(0));
      kinds.push_back(kind_of(row.text(1)));
    });
    TableMove move(to, table, columns, kinds, progress);
    from.scan("SELECT " + list_of(columns) + " FROM " + quoted(table), {},
              [&](const ResultRow& row) { move.add(row); });
    move.flush();
    restart_identity(from_database.dialect(), from, to_database.dialect(), to, table);
    out.push_back(move.moved());
    progress(out.back());
  }
  return out;
}

}  // namespace muster::server::store
