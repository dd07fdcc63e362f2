// SPDX-License-Identifier: Apache-2.0
#include "server/store/database.h"

#include <atomic>
#include <cstring>

#include "common/support/text.h"
#include "server/error.h"

namespace muster::server::store {
namespace {

// Printable ASCII and the like, eight bytes a step: nearly all text is that.
bool is_plain(std::string_view text) {
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t word = 0;
  while (text.size() >= sizeof word) {
    std::memcpy(&word, text.data(), sizeof word);
    // Without high bits, a byte less one has one exactly when it was 0.
    if (((word | (word - kOnes)) & kHigh) != 0) return false;
    text.remove_prefix(sizeof word);
  }
  for (const char c : text) {
    if (static_cast<signed char>(c) <= 0) return false;
  }
  return true;
}

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

void check_text(std::string_view text) {
  if (is_plain(text)) return;
  if (text.find('\0') == std::string_view::npos && is_valid_utf8(text)) return;
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
