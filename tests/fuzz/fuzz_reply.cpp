// SPDX-License-Identifier: Apache-2.0
// What a server acknowledges and asks for. Whatever it says, the agent keeps a pace that it can
// keep, and asks nothing of itself that it does not have.
#include "agent/sync/plan.h"
#include "common/json/value.h"
#include "common/wire/report.h"
#include "tests/fuzz/fixed_clock.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto reply = wire::parse_reply(fuzz::as_text(data, size));
  if (!reply) return 0;
  require(reply->interval_s >= 10 && reply->interval_s <= 86'400);
  const std::string written = wire::to_json(*reply);
  const auto again = wire::parse_reply(written);
  // Escapes make a text longer, so what was just within the limit may not be any more.
  require(again.ok() || written.size() > wire::kReplyBytes);
  if (again) require(wire::to_json(*again) == written);
  agent::sync::SyncState state;
  state.snapshot["os"] = {};
  agent::sync::PendingReport sent;
  sent.sections["os"] = {};
  agent::sync::accept_reply(state, sent, *reply, Instant{1'790'000'000'000});
  const auto encoded = agent::sync::encode_state(state);
  require(agent::sync::decode_state(encoded).ok());
  // What it asks for goes out as a report that can be read.
  agent::sync::Collection collection;
  collection.boot_id = "boot";
  const fuzz::FixedClock clock;
  for (const char* boot : {"boot", "later"}) {
    if (auto answer = agent::sync::plan_follow_up(state, collection)) {
      answer->sections["os"].base = inventory::Hash128{1, 2};
      answer->sections["os"].remove = {"[]"};
      answer->sections["os"].upsert["[]"].canonical = "{}";
      answer->sections["os"].providers["os"] = {inventory::Status::kFailed, "why"};
      answer->collected["each"] = {};
      answer->coalesced = 1;
      answer->vitals = "{}";
      const auto report = agent::sync::to_wire(*answer, clock, boot);
      require(JsonValue::parse(wire::to_json(report)).ok());
    }
  }
  return 0;
}
