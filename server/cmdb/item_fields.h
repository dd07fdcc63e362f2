// SPDX-License-Identifier: Apache-2.0
// The facts of many items at once, for lists: a summary of each, and any field of the query
// language as a column. The number of statements does not depend on the number of items. Reads
// only; errors as Error (400 invalid_column, 403 personal_section).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/inventory/schema.h"
#include "common/support/clock.h"
#include "server/query/conditions.h"
#include "server/query/fields.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::cmdb {

// Items that are read together; more is a mistake of the caller (Error 500).
constexpr std::size_t kItemsAtOnce = 500;

// kNone: no agent reports the item.
enum class ReportingState { kNone, kReporting, kSilent };
std::string_view to_string(ReportingState state);  // "none", "reporting", "silent"

// An agent is silent when this many of its intervals passed without a report.
constexpr std::int64_t kSilentIntervals = 4;

struct ItemSummary {
  std::int64_t item_id = 0;
  std::string name;  // entered, else the host name, else "item 17"
  std::optional<std::string> class_name, os, hostname, serial_number, manufacturer, model, owner,
      location, lifecycle, note;
  std::optional<std::int64_t> memory_bytes;
  std::optional<Instant> seen_at;            // last report up to the point
  std::optional<std::string> agent_version;  // only now
  ReportingState state = ReportingState::kNone;
  bool archived = false;
};

// One summary for each of `items`, in their order.
std::vector<ItemSummary> item_summaries(store::Transaction& transaction,
                                        const std::vector<std::int64_t>& items,
                                        const store::ReadPoint& point);

// The fields named by `columns`; Error 400 invalid_column for a name that no field has.
std::vector<const query::QueryField*> column_fields(const std::vector<std::string>& columns,
                                                    const query::QueryRights& rights);

// The values of one column for one item: none, one, or those of all rows, sorted and without
// duplicates.
using ColumnValues = std::vector<inventory::Cell>;
constexpr std::size_t kValuesInColumn = 100;  // further values are left out

// [item][column], in the order of `summaries` and `fields`.
std::vector<std::vector<ColumnValues>> item_columns(
    store::Transaction& transaction, const std::vector<ItemSummary>& summaries,
    const std::vector<const query::QueryField*>& fields, const store::ReadPoint& point);

}  // namespace muster::server::cmdb
