// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/codec.h"

#include <catch2/catch.hpp>
#include <limits>

#include "agent/sync/plan.h"

namespace muster::agent {
namespace {

sync::PendingReport waiting(std::int64_t first, std::int64_t sequence, std::int64_t coalesced) {
  sync::PendingReport report;
  report.first_sequence = first;
  report.sequence = sequence;
  report.coalesced = coalesced;
  report.boot_id = "boot";
  return report;
}

TEST_CASE("a report that waits on disk comes back as it was written", "[codec]") {
  const auto read = sync::decode_pending(sync::encode_pending(waiting(7, 9, 2)));
  REQUIRE(read.ok());
  CHECK(read->first_sequence == 7);
  CHECK(read->sequence == 9);
  CHECK(read->coalesced == 2);
  CHECK(sync::decode_pending(sync::encode_pending(waiting(9, 9, 0))).ok());
  CHECK(sync::decode_pending(sync::encode_pending(waiting(9, sync::kHighestSequence, 0))).ok());
}

TEST_CASE("numbers that no report has make its file malformed", "[codec]") {
  const sync::PendingReport wrong =
      GENERATE(waiting(9, 7, 0),                           // ends before it begins
               waiting(7, 9, 3),                           // more merged than there are
               waiting(7, sync::kHighestSequence + 1, 0),  // beyond the last number
               waiting(sync::kHighestSequence + 1, sync::kHighestSequence + 2, 0),
               waiting(7, std::numeric_limits<std::int64_t>::max(), 1),
               waiting(0, 9, std::numeric_limits<std::int64_t>::max()));
  CAPTURE(wrong.first_sequence, wrong.sequence, wrong.coalesced);
  const auto read = sync::decode_pending(sync::encode_pending(wrong));
  REQUIRE_FALSE(read.ok());
  CHECK(read.failure().kind == FailureKind::kMalformed);
}

TEST_CASE("numbers that cannot be make the agent's state malformed", "[codec]") {
  sync::SyncState state;
  state.sequence = sync::kHighestSequence;
  state.ignored["disks"] = kLastInstant;
  CHECK(sync::decode_state(sync::encode_state(state)).ok());
  state.sequence = sync::kHighestSequence + 1;
  CHECK_FALSE(sync::decode_state(sync::encode_state(state)).ok());
  state.sequence = 1;
  state.ignored["disks"] = Instant{kLastInstant.ms + 1};
  CHECK_FALSE(sync::decode_state(sync::encode_state(state)).ok());
}

TEST_CASE("when rows were last seen comes back, and its lack is no mistake", "[codec]") {
  sync::SyncState state;
  inventory::SectionSnapshot& section = state.snapshot["contacts"];
  section.rows["[\"a\"]"] = {"{\"peer\":\"a\"}", "contacts", {}, Instant{1234}};
  section.rows["[\"b\"]"] = {"{\"peer\":\"b\"}", "contacts", {}, {}};
  state.snapshot["users"].rows["[\"ana\"]"] = {"{\"name\":\"ana\"}", "users", {}, {}};
  const auto read = sync::decode_state(sync::encode_state(state));
  REQUIRE(read.ok());
  const auto& rows = read->snapshot.at("contacts").rows;
  CHECK(rows.at("[\"a\"]").last_seen == Instant{1234});
  CHECK_FALSE(rows.at("[\"b\"]").last_seen);
  CHECK_FALSE(read->snapshot.at("users").rows.begin()->second.last_seen);
  const std::string bytes = sync::encode_state(state);
  CHECK_FALSE(sync::decode_state(std::string_view(bytes).substr(0, bytes.size() - 1)).ok());
}

}  // namespace
}  // namespace muster::agent
