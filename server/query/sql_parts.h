// SPDX-License-Identifier: Apache-2.0
// The pieces of which sql_builder.h makes a filter; nobody else includes this. Every text that a
// person typed is a bound value; names in the SQL are those of the declarations.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/query/conditions.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::query {

// The values of one statement, in the order of their placeholders.
class Binder {
 public:
  explicit Binder(store::Transaction::Values first) : values_(std::move(first)) {}
  std::string bind(store::SqlValue value);  // "?3"
  // "?3, ?4, ?5, ?5": padded to a power of two, so that lists of like length share one prepared
  // statement. `list` is not empty.
  std::string bind_list(const std::vector<store::SqlValue>& list);
  const store::Transaction::Values& values() const { return values_; }

 private:
  store::Transaction::Values values_;
};

struct BuildContext {
  store::Transaction& transaction;
  const store::ReadPoint& point;
  Binder& binder;
};

// A leaf of the filter over `items i`: items that match, and items that match or are not known.
struct Sides {
  std::string matches;
  std::string possible;  // empty: the same as `matches`
  // What must be so before the leaf can be undetermined, quick to look at; empty like `possible`.
  std::string unknown = {};
};

// The pattern of LIKE ... ESCAPE '\' in which only the wildcards between pieces are wildcards.
std::string like_pattern(const std::vector<std::string>& pieces);

// SQL that tests one column (an SQL expression) as text, number, truth or list.
std::string column_test(Binder& binder, const std::string& column, const Condition& condition);
// True when the condition needs the order of versions, which is not known to SQL.
bool needs_versions(const Condition& condition);
// True when the condition is about addresses in a way that SQL cannot tell.
bool needs_addresses(const Condition& condition);
bool version_matches(const Condition& condition, std::string_view manager, std::string_view row);

// Conditions on one section that one row must satisfy all; none: there is a row.
Sides section_leaf(BuildContext& context, const inventory::SectionSchema& section,
                   const std::vector<const Condition*>& conditions);
// SQL over the rows r of the condition's section, of whose fields none is shared.
std::string own_row_test(BuildContext& context, const Condition& condition);
// A condition on an item field that is not a section's.
Sides item_leaf(BuildContext& context, const Condition& condition);
// A word: name, host name, serial number, asset tag; address or number where it looks like one.
Sides word_leaf(BuildContext& context, const Literal& word);

// SQL over `items i`: an agent reports for it, or people entered that it is a computer, so that an
// agent could. Of a printer or a licence nobody asks which packages it has.
std::string could_report(const store::ReadPoint& point);

// "i.item_id IN (the items that have such a row, where it is shown)"; `test` speaks of r.
std::string items_with_row(const inventory::SectionSchema& section, const std::string& test,
                           const store::ReadPoint& point);
// SQL over `column`: one of the values, compared here (needs_versions, needs_addresses); reads the
// distinct values first.
std::string compared_values_test(BuildContext& context, const std::string& column,
                                 const std::string& distinct_sql, const Condition& condition);

}  // namespace muster::server::query
