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
#include "server/store/database.h"
#include "server/store/read_point.h"

namespace muster::server {

struct ItemFilter {
  std::string matches;   // of items i; always parenthesised or a single condition
  std::string possible;  // matches or undetermined; the same text when nothing can be undetermined
  std::string unknown;   // something that the query asks about is not known of the item, and it is
                         // one of which an agent could tell (could_report in sql_parts.h)
  Session::Values values;       // from ?1 on: the point's, then the query's
  bool names_archived = false;  // the query itself says whether it wants archived items

  bool can_be_undetermined() const { return possible != matches; }
  std::string undetermined() const {
    // Few items are unknown, so that is looked at first.
    return '(' + unknown + " AND " + possible + " AND NOT " + matches + ')';
  }
};

ItemFilter build_filter(Session& session, std::string_view query, const ReadPoint& point,
                        const QueryRights& rights);

// The items that match, by number: all of them, archived ones too. For policies and bulk work.
struct MatchedItems {
  std::vector<std::int64_t> items;
  std::int64_t undetermined = 0;
};
MatchedItems match_items(Session& session, std::string_view query, const ReadPoint& point,
                         const QueryRights& rights);

}  // namespace muster::server
