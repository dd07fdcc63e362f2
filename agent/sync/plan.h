// SPDX-License-Identifier: Apache-2.0
// The next report, and what the server's answer means for the one after it: the agent's side of
// model.md section 5, without disk or network. SyncState is what the server holds once all waiting
// reports have arrived, as the agent believes; the functions bring it forward. Pure; a state
// belongs to one thread at a time.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/sync/pending.h"
#include "common/inventory/snapshot.h"
#include "common/support/log.h"
#include "common/support/result.h"
#include "common/wire/report.h"

namespace muster::agent::sync {

// Sections that the server does not know are offered again after a day: it may have been upgraded.
inline constexpr std::int64_t kIgnoredRetryMs = 24LL * 3600 * 1000;

// A section that the server refused. It is not sent again until it changes or the server asks for
// it.
struct RefusedSection {
  HeldSection sent;  // what was refused
  std::optional<HeldSection>
      held;  // what the server has instead and the root keeps; nullopt: nothing
  wire::Refusal why;
  Instant at;
};

struct SyncState {
  std::int64_t sequence = 0;  // of the report that leads to `snapshot`
  inventory::Snapshot snapshot;
  std::map<std::string, RefusedSection, std::less<>> refused;
  std::map<std::string, Instant, std::less<>> ignored;  // unknown to the server, since when
  std::set<std::string, std::less<>> send_full;         // to go whole
  std::set<std::string, std::less<>> send_alone;        // to go whole, each in a report of its own
  bool send_hashes = false;
  bool has_new_sightings = false;  // of rows that linger; not saved, but a reason to save
};

std::string encode_state(const SyncState& state);
Result<SyncState> decode_state(std::string_view bytes);

using report::CollectionResult;

// What one cycle collected.
struct Collection {
  std::string boot_id;
  std::vector<CollectionResult> sections;                // of the classes that were due
  std::map<std::string, Moment, std::less<>> collected;  // of every class, its last time
  std::string vitals;                                    // a JSON object; empty: none
};

std::string root_of(const SyncState& state);

// The report of what changed, without its sequence; nullopt when nothing did. `state` is brought
// forward as if the report had arrived. A section that cannot be made into a snapshot is reported
// as failed, and `log` says why.
std::optional<PendingReport> plan_changes(SyncState& state, Collection& collection, const Log& log,
                                          Instant now);
// The report that the server asked for: sections whole, or hashes. nullopt: it asked for nothing.
std::optional<PendingReport> plan_follow_up(const SyncState& state, const Collection& collection);
// The report of a machine without changes: the same root, and vitals.
PendingReport plan_heartbeat(const SyncState& state, const Collection& collection);

void accept_reply(SyncState& state, const PendingReport& sent, const wire::Reply& reply,
                  Instant now);
// The server refused the report as a whole and always will (400, 413, 422). Its sections are then
// sent one by one; a section that was alone in the report is the bad one and counts as refused.
void accept_rejection(SyncState& state, const PendingReport& sent, const wire::Refusal& why,
                      Instant now);
// The server has later reports than this agent: the disk was restored from a backup, or is a copy
// of another machine's.
void accept_stale(SyncState& state, std::int64_t last_sequence);

}  // namespace muster::agent::sync
