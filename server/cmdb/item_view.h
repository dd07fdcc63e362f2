// SPDX-License-Identifier: Apache-2.0
// The overview of an item: its summary, the most wanted facts, its sections, and the agent that
// reports for it. Reads only. Errors: those of get_item.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "common/support/clock.h"
#include "server/cmdb/item_fields.h"
#include "server/cmdb/items.h"
#include "server/facts/sections.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::cmdb {

struct ItemAgent {
  std::string agent_id;
  std::string version;
  std::string address;
  Instant reported_at;
  std::int64_t interval_s = 900;
};

struct ItemView {
  Item item;
  ItemSummary summary;
  std::optional<std::string> kernel_release, uuid, cpu;
  std::vector<std::string> addresses;  // of global scope
  std::vector<facts::SectionSummary> sections;
  std::optional<ItemAgent> agent;     // only now
  std::optional<std::string> vitals;  // JSON; only now
};

ItemView item_view(store::Transaction& transaction, std::int64_t item_id,
                   const store::ReadPoint& point);

}  // namespace muster::server::cmdb
