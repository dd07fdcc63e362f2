// SPDX-License-Identifier: Apache-2.0
#include "server/store/database.h"

#include <atomic>

#include "common/support/text.h"
#include "server/error.h"
#include "server/store/text_fault.h"

namespace muster::server::store {
namespace {

std::vector<std::string> names(Transaction& transaction, std::string_view sql,
                               const Transaction::Values& values) {
  std::vector<std::string> out;
  transaction.query(sql, values, [&](const ResultRow& row) { out.emplace_back(row.text(0)); });
  return out;
}

std::uint64_t next_number() {
  static std::atomic<std::uint64_t> last = 0;
  return ++last;
}

}  // namespace

Connection::Connection() : Transaction(next_number()) {}

void require_storable(std::string_view text) {
  if (is_storable_text(text)) return;
  throw Error(Status::kUnprocessable, "invalid_text",
              "A text holds a NUL character or is not UTF-8: \"" + printable(text.substr(0, 100)) +
                  "\". It cannot be stored or searched for.");
}

std::vector<std::string> Database::columns(Transaction& transaction,
                                           const std::string& table) const {
  return names(transaction, dialect().columns, {table});
}

std::vector<std::string> Database::tables(Transaction& transaction) const {
  return names(transaction, dialect().tables, {});
}

std::optional<std::int64_t> Transaction::find_integer(std::string_view sql, const Values& values) {
  std::optional<std::int64_t> out;
  run(sql, values, [&](const ResultRow& row) { out = row.optional_integer(0); });
  return out;
}

std::optional<std::string> Transaction::find_text(std::string_view sql, const Values& values) {
  std::optional<std::string> out;
  run(sql, values, [&](const ResultRow& row) { out = row.optional_text(0); });
  return out;
}

}  // namespace muster::server::store
