// SPDX-License-Identifier: Apache-2.0
// The parts of which sql_builder.cpp makes a filter; only server/query includes this. Every text of
// the query is a bound value; names in the SQL are those of the declarations.
#pragma once
#include <optional>
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
  // "?3, ?4, ?5, ?5": padded to a power of two, so that lists of similar length share one prepared
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

// A part of the filter over `items i`: items that match, and items that match or are undetermined.
struct Sides {
  struct Doubt {
    std::string possible;  // matches, or undetermined
    // True for every item that is undetermined here, and quick to evaluate.
    std::string unknown;
  };
  std::string matches;
  std::optional<Doubt> doubt = {};  // nullopt: determined for every item
};

// The pattern of LIKE ... ESCAPE '\' in which only the wildcards between pieces are wildcards.
std::string like_pattern(const std::vector<std::string>& pieces);

// SQL that tests one column (an SQL expression) as text, number, truth or list.
std::string column_test(Binder& binder, const std::string& column, const Condition& condition);
// True when the condition needs the order of versions, which SQL does not know.
bool needs_versions(const Condition& condition);
// True when the condition is about addresses in a way that SQL cannot compare.
bool needs_addresses(const Condition& condition);
bool version_matches(const Condition& condition, std::string_view manager, std::string_view row);

// True where one row satisfies all of the conditions on a section; without a condition, where the
// section has a row.
Sides section_leaf(BuildContext& context, const inventory::SectionSchema& section,
                   const std::vector<const Condition*>& conditions);
// SQL over the rows r of the condition's section, for a field that is not shared.
std::string own_row_test(BuildContext& context, const Condition& condition);
// A condition on an item field that is not a section's.
Sides item_leaf(BuildContext& context, const Condition& condition);
// A word is looked for in names, host names, serial numbers, tags and models, and in addresses and
// item numbers where it looks like one.
Sides word_leaf(BuildContext& context, const Literal& word);

// SQL over `items i`: an agent reports the item, or it is entered as a computer, so that an agent
// could. Facts of a section are not expected of a printer or a licence.
std::string could_report(const store::ReadPoint& point);

// "i.item_id IN (the items that show such a row)"; `test` is SQL over the row r.
std::string items_with_row(const inventory::SectionSchema& section, const std::string& test,
                           const store::ReadPoint& point);
// SQL over `column` for conditions that SQL cannot compare (needs_versions, needs_addresses): reads
// the distinct values, compares them here, and lists those that satisfy the condition.
std::string compared_values_test(BuildContext& context, const std::string& column,
                                 const std::string& distinct_sql, const Condition& condition);

}  // namespace muster::server::query
