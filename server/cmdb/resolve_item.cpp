// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "common/support/text.h"
#include "server/cmdb/item_list.h"
#include "server/facts/shown_record.h"
#include "server/query/lexer.h"
#include "server/query/sql_builder.h"

namespace muster::server::cmdb {
namespace {

constexpr std::size_t kNameBytes = 512;
constexpr std::size_t kLeastEndOfSerial = 4;

constexpr std::string_view kWasItem = R"sql(
  SELECT item_id FROM items WHERE item_id = ?1
  UNION SELECT item_id FROM purged_items WHERE item_id = ?1)sql";

// The items that the query matches: the archived ones, or those that are not.
std::vector<std::int64_t> search(store::Transaction& transaction, const std::string& query,
                                 const store::ReadPoint& point, bool archived) {
  const query::ItemFilter filter = query::build_filter(transaction, query, point, {});
  std::vector<std::int64_t> out;
  transaction.query(
      "SELECT i.item_id FROM items i WHERE " + filter.matches + " AND " +
          facts::item_exists("i.item_id", point) + " AND " + (archived ? "" : "NOT ") +
          facts::is_archived(point) + " ORDER BY i.item_id LIMIT " + std::to_string(kCandidates),
      filter.values, [&](const store::ResultRow& row) { out.push_back(row.integer(0)); });
  return out;
}

std::vector<std::int64_t> search(store::Transaction& transaction, const std::string& query,
                                 const store::ReadPoint& point) {
  std::vector<std::int64_t> out = search(transaction, query, point, false);
  return out.empty() ? search(transaction, query, point, true) : out;
}

bool is_number_of_item(store::Transaction& transaction, std::int64_t item_id,
                       const store::ReadPoint& point) {
  store::Transaction::Values values = point.values();
  values.emplace_back(item_id);
  return transaction
      .find_integer("SELECT i.item_id FROM items i WHERE i.item_id = ?3 AND " +
                        facts::item_exists("i.item_id", point),
                    values)
      .has_value();
}

// True when the text can only be the end of a serial number: digits, as people read them off a
// label. A number that an item has, or had until it was purged, refers to that item.
bool is_end_of_serial(store::Transaction& transaction, std::string_view text) {
  if (text.size() < kLeastEndOfSerial || !std::all_of(text.begin(), text.end(), is_digit))
    return false;
  const auto number = item_number(text);
  return !number || !transaction.find_integer(kWasItem, {*number});
}

}  // namespace

std::optional<std::int64_t> item_number(std::string_view text) {
  const auto number = parse_integer(text);
  return number && *number > 0 && std::to_string(*number) == text ? number : std::nullopt;
}

ResolvedItem resolve_item(store::Transaction& transaction, std::string_view text,
                          const store::ReadPoint& point, Naming naming) {
  ResolvedItem out;
  text = trim(text);
  const bool printable_text =
      std::none_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < 0x20; });
  if (text.empty() || text.size() > kNameBytes || !is_valid_utf8(text) || !printable_text)
    return out;
  if (const auto number = item_number(text);
      number && is_number_of_item(transaction, *number, point)) {
    out.item_id = number;
    out.exact = true;
    return out;
  }
  const std::string name = query::quote_literal(text);
  std::string query;
  for (const std::string_view field : {"name", "hostname", "serial", "tag"})
    query += (query.empty() ? "" : " OR ") + std::string(field) + ':' + name;
  std::vector<std::int64_t> found = search(transaction, query, point);
  if (found.empty() && naming == Naming::kAlsoEndOfSerial && is_end_of_serial(transaction, text)) {
    found = search(transaction, "serial:*" + std::string(text), point);
    out.by_end_of_serial = !found.empty();
  }
  out.exact = !found.empty();
  if (found.size() == 1) {
    out.item_id = found.front();
    return out;
  }
  if (found.empty()) found = search(transaction, name, point);
  out.candidates = item_summaries(transaction, found, point);
  return out;
}

}  // namespace muster::server::cmdb
