// SPDX-License-Identifier: Apache-2.0
// Lists of items: those that a query matches, one page at a time, and the item that a name refers
// to.
// Everything is as of the read point. Reads only; errors as Error (400 invalid_query,
// invalid_column, invalid_sort, invalid_cursor; 403 personal_section).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/cmdb/item_fields.h"
#include "server/query/conditions.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::cmdb {

constexpr std::size_t kItemPageLimit = 500;

struct ItemListOptions {
  std::vector<std::string> columns = {};  // further fields of the query language
  // id, name, class, os, serial, manufacturer, model, memory_bytes, owner, location, lifecycle or
  // seen. Items without a value come last either way.
  std::string sort = "name";
  bool descending = false;
  std::size_t limit = 50;  // 1 to kItemPageLimit
  std::optional<std::string> cursor =
      {};                         // ItemPage::next of the page before, with the same options
  bool include_archived = false;  // a query that asks for `archived` sees them anyway
  bool undetermined = false;  // list the items for which the query is undetermined, not the matches
  bool counts = true;         // total and undetermined; later pages do not need them
  query::QueryRights rights = {};
};

struct ItemRow {
  ItemSummary summary;
  std::vector<ColumnValues> columns;  // one for each of ItemListOptions::columns
};

struct ItemPage {
  std::vector<ItemRow> rows;
  std::optional<std::int64_t> total;         // items in the whole list; absent without counts
  std::optional<std::int64_t> undetermined;  // items for which the query is undetermined
  std::optional<std::string> next;           // absent on the last page
  bool about_persons = false;                // the query or a column is: the caller audits it
};

ItemPage list_items(store::Transaction& transaction, std::string_view query,
                    const store::ReadPoint& point, const ItemListOptions& options);

const std::vector<std::string>& item_sort_fields();

// An item may be referred to by its number, name, host name, serial number or asset tag, whole and
// without regard to case; archived items count only where no other item matches. Four digits or
// more that are none of these, and never were an item's number, are the end of a serial number.
struct ResolvedItem {
  std::optional<std::int64_t> item_id;  // the only item that the name matches
  // Otherwise the items that the name matches or, if there are none, that a search for it finds.
  std::vector<ItemSummary> candidates;  // at most kCandidates
  bool exact = false;                   // the name matches the candidates
  bool by_end_of_serial = false;        // the name is the end of their serial numbers
};
constexpr std::size_t kCandidates = 20;

enum class Naming { kWhole, kAlsoEndOfSerial };

ResolvedItem resolve_item(store::Transaction& transaction, std::string_view text,
                          const store::ReadPoint& point, Naming naming = Naming::kAlsoEndOfSerial);

// The item number that the text is, without leading zeros; nullopt for any other text ("0421").
std::optional<std::int64_t> item_number(std::string_view text);

}  // namespace muster::server::cmdb
