// SPDX-License-Identifier: Apache-2.0
// A SELECT whose conditions depend on what was asked for, and the opaque cursor that continues a
// list after its last row ("keyset": an insert between two pages neither repeats nor hides a row).
// Values are always bound, never written into the text. Pure; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/transaction.h"

namespace muster::server::store {

inline constexpr std::size_t kMaxPage = 1000;

class ListQuery {
 public:
  explicit ListQuery(std::string select) : text_(std::move(select)) {}

  // Adds "condition" with AND. Each ? in it becomes the number of the value in the same place.
  ListQuery& where(std::string_view condition, const Transaction::Values& values = {});
  // Adds ORDER BY and LIMIT. One row more than `limit` is asked for: it tells that there is a next
  // page.
  ListQuery& order(std::string_view order, std::size_t limit);

  const std::string& text() const { return text_; }
  const Transaction::Values& values() const { return values_; }

 private:
  void append(std::string_view condition, const Transaction::Values& values);
  std::string text_;
  Transaction::Values values_;
  bool has_where_ = false;
};

// The sort key of the last row of a page as text, and back. A cursor that is not `count` numbers is
// Error 400 invalid_cursor.
std::string make_cursor(std::span<const std::int64_t> key);
std::vector<std::int64_t> parse_cursor(std::string_view cursor, std::size_t count);

// Between 1 and kMaxPage, or Error 400 invalid_limit.
std::size_t checked_limit(std::size_t limit);

}  // namespace muster::server::store
