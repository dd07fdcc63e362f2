// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/agent_state.h"

namespace muster::server::ingest {
namespace {

constexpr std::string_view kFindRecordState = R"sql(
  SELECT agent_id, sequence, boot_id, root, reply, reported_at, clock_offset_ms, collected_each,
    collected_hourly,
         collected_daily, agent_version FROM agent_state WHERE source_record = ?1)sql";
// Makes this report the last one of the source record; without new vitals the old ones stay.
constexpr std::string_view kPutRecordState = R"sql(
  INSERT INTO agent_state (source_record, agent_id, sequence, boot_id, root, reply, reported_at,
    clock_offset_ms,
    collected_each, collected_hourly, collected_daily, agent_version, address, vitals, interval_s)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
  ON CONFLICT (source_record) DO UPDATE SET agent_id = excluded.agent_id,
    sequence = excluded.sequence,
    boot_id = excluded.boot_id, root = excluded.root, reply = excluded.reply,
    reported_at = excluded.reported_at,
    clock_offset_ms = excluded.clock_offset_ms, collected_each = excluded.collected_each,
    collected_hourly = excluded.collected_hourly, collected_daily = excluded.collected_daily,
    agent_version = excluded.agent_version, address = excluded.address,
    vitals = COALESCE(excluded.vitals, agent_state.vitals), interval_s = excluded.interval_s)sql";

}  // namespace

std::optional<AgentState> find_agent_state(store::Transaction& transaction,
                                           std::int64_t source_record) {
  std::optional<AgentState> out;
  transaction.query(kFindRecordState, {source_record}, [&](const store::ResultRow& row) {
    AgentState state;
    state.agent_id = row.text(0);
    state.sequence = row.integer(1);
    state.boot_id = row.text(2);
    state.root = row.text(3);
    state.reply = row.text(4);
    state.reported_at = {row.integer(5)};
    state.clock_offset_ms = row.integer(6);
    for (int i = 0; i < 3; ++i)
      state.collected[i] = row.optional_integer(7 + i);
    state.agent_version = row.text(10);
    out = std::move(state);
  });
  return out;
}

void put_agent_state(store::Transaction& transaction, std::int64_t source_record,
                     const AgentState& state, const AgentReadings& readings) {
  transaction.execute_later(
      kPutRecordState,
      {source_record, state.agent_id, state.sequence, state.boot_id, state.root, state.reply,
       state.reported_at.ms, state.clock_offset_ms, state.collected[0], state.collected[1],
       state.collected[2], state.agent_version, readings.address,
       readings.vitals.empty() ? store::SqlValue() : store::SqlValue(readings.vitals),
       readings.interval_s});
}

}  // namespace muster::server::ingest
