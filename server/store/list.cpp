// SPDX-License-Identifier: Apache-2.0
#include "server/store/list.h"

#include "common/support/text.h"
#include "server/error.h"

namespace muster::server::store {

void ListQuery::append(std::string_view condition, const Transaction::Values& values) {
  std::size_t used = 0;
  for (const char c : condition) {
    if (c != '?') {
      text_ += c;
      continue;
    }
    values_.push_back(values.at(used++));
    text_ += '?' + std::to_string(values_.size());
  }
}

ListQuery& ListQuery::where(std::string_view condition, const Transaction::Values& values) {
  text_ += has_where_ ? " AND (" : " WHERE (";
  has_where_ = true;
  append(condition, values);
  text_ += ')';
  return *this;
}

ListQuery& ListQuery::order(std::string_view order, std::size_t limit) {
  text_ += " ORDER BY ";
  text_ += order;
  append(" LIMIT ?", {static_cast<std::int64_t>(limit) + 1});
  return *this;
}

std::string make_cursor(std::span<const std::int64_t> key) {
  std::string plain;
  for (const std::int64_t part : key)
    plain += (plain.empty() ? "" : ".") + std::to_string(part);
  return to_hex(plain);
}

std::vector<std::int64_t> parse_cursor(std::string_view cursor, std::size_t count) {
  std::vector<std::int64_t> key;
  if (const auto plain = cursor.size() <= 200 ? from_hex(cursor) : std::nullopt) {
    for (const std::string_view part : split(*plain, '.')) {
      if (const auto number = parse_integer(part)) key.push_back(*number);
    }
  }
  if (key.size() != count || cursor != make_cursor(key)) {
    throw Error(Status::kBadRequest, "invalid_cursor",
                "The cursor is not one of this list. Begin again without it.")
        .at("cursor");
  }
  return key;
}

std::size_t checked_limit(std::size_t limit) {
  if (limit >= 1 && limit <= kMaxPage) return limit;
  throw Error(Status::kBadRequest, "invalid_limit",
              "The limit must be between 1 and " + std::to_string(kMaxPage) + ".")
      .at("limit");
}

}  // namespace muster::server::store
