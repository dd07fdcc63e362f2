// SPDX-License-Identifier: Apache-2.0
// From the text of a query to SQL over `items i`, as of a read point (model.md section 7). An item
// matches, does not match, or is undetermined, because a section that the query asks about was
// never known of it. Two conditions say that: `matches`, and `possible`, which is matches or
// undetermined. Items that no agent reports and that are not entered as computers (printers,
// licences) are never counted as undetermined.
//
// Every text of the query is a bound value. Comparisons of versions are resolved here, by reading
// the versions that exist and comparing them by the rules of their ecosystem; that is why a
// transaction is needed. Comparison without regard to case covers the letters A to Z (others
// depend on the database). Errors: Error invalid_query, personal_section.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/query/conditions.h"
#include "server/query/parser.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::query {

struct ItemFilter {
  std::string matches;   // of items i; always parenthesised or a single condition
  std::string possible;  // matches or undetermined; the same text when nothing can be undetermined
  std::string unknown;   // something that the query asks about is not known of the item, although
                         // an agent could report it (could_report in sql_parts.h)
  store::Transaction::Values values;  // from ?1 on: the point's, then the query's
  bool names_archived = false;        // the query itself says whether it wants archived items
  bool about_persons = false;         // it asks about a personal or sensitive section

  bool can_be_undetermined() const { return possible != matches; }
  std::string undetermined() const {
    // `unknown` stands first: few items pass it, and it is quick to evaluate.
    return '(' + unknown + " AND " + possible + " AND NOT " + matches + ')';
  }
};

ItemFilter build_filter(store::Transaction& transaction, std::string_view query,
                        const store::ReadPoint& point, const QueryRights& rights);

}  // namespace muster::server::query
