// SPDX-License-Identifier: Apache-2.0
// What the server remembers of an agent's last report: the row of agent_state, one a source record.
// The next report is judged by it, and the same report again gets the same answer. Functions take a
// write transaction; errors are StoreError.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/clock.h"
#include "server/store/transaction.h"

namespace muster::server::ingest {

struct AgentState {
  std::string agent_id, boot_id, root, reply, agent_version;
  std::int64_t sequence = 0;
  Instant reported_at;
  std::int64_t clock_offset_ms = 0;
  std::optional<std::int64_t> collected[3];  // by inventory::Interval, in milliseconds UTC
};

std::optional<AgentState> find_agent_state(store::Transaction& transaction,
                                           std::int64_t source_record);

// Stored with the state for people to read; no later report is judged by it.
struct AgentReadings {
  std::string_view address;
  std::string_view vitals;  // a JSON object; empty: the stored ones stay
  std::int64_t interval_s = 0;
};
void put_agent_state(store::Transaction& transaction, std::int64_t source_record,
                     const AgentState& state, const AgentReadings& readings);

}  // namespace muster::server::ingest
