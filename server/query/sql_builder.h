// SPDX-License-Identifier: Apache-2.0
// From the text of a query to SQL over `items i`, as of a read point (model.md section 7). The
// answer has three sides: an item matches, does not, or is undetermined, because a section that the
// query asks about was never known of it. Two conditions say that: `matches`, and `possible`, which
// is matches or undetermined; AND, OR and NOT work on the pair. Things of which no agent reports
// and that are not entered as computers (printers, licences) match neither side and are not
// counted.
//
// What a person typed is always a bound value. Comparisons of versions are resolved here, by
// reading the versions that there are and comparing them by the rules of their ecosystem; that is
// why a session is needed. Comparison without regard to case knows the letters A to Z only (others
// as the database has it). Errors: Error invalid_query, personal_section.
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
  std::string unknown;   // something that the query asks about is not known of the item, and it is
                         // one of which an agent could tell (could_report in sql_parts.h)
  store::Transaction::Values values;  // from ?1 on: the point's, then the query's
  bool names_archived = false;        // the query itself says whether it wants archived items

  bool can_be_undetermined() const { return possible != matches; }
  std::string undetermined() const {
    // Few items are unknown, so that is looked at first.
    return '(' + unknown + " AND " + possible + " AND NOT " + matches + ')';
  }
};

ItemFilter build_filter(store::Transaction& transaction, std::string_view query,
                        const store::ReadPoint& point, const QueryRights& rights);

}  // namespace muster::server::query
