// SPDX-License-Identifier: Apache-2.0
// The agent's reading of its own files: a waiting report, the snapshot, the record of exchanges.
// The checksum around them is left aside, so that the fuzzer reaches what is behind it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/sync/codec.h"
#include "agent/sync/exchange_record.h"
#include "agent/sync/plan.h"
#include "tests/fuzz/fixed_clock.h"

namespace {

void require(bool truth) {
  if (!truth) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace muster::agent;
  const std::string_view bytes(static_cast<const char*>(static_cast<const void*>(data)), size);
  static_cast<void>(sync::unseal("MUSTER-SPOOL-1\n", bytes));
  if (const auto report = sync::decode_pending(bytes)) {
    const std::string again = sync::encode_pending(*report);
    require(sync::decode_pending(again).ok());
    muster::inventory::Snapshot snapshot;
    static_cast<void>(sync::bring_forward(*report, snapshot));
    static_cast<void>(sync::merge(*report, *report));
    const muster::fuzz::FixedClock clock;
    static_cast<void>(sync::to_wire(*report, clock, "boot"));
    for (const auto& [name, section] : snapshot) {
      const sync::PendingSection whole = sync::pending_section(name, nullptr, section, {});
      require(!whole.base && whole.upsert.size() == section.rows.size());
      const sync::PendingSection none = sync::pending_section(name, &section, section, {});
      require(none.base == section.hash && none.upsert.empty() && none.remove.empty());
    }
  }
  if (const auto state = sync::decode_state(bytes)) {
    require(sync::decode_state(sync::encode_state(*state)).ok());
    static_cast<void>(sync::root_of(*state));
  }
  if (const auto record = sync::parse_exchange_record(bytes))
    require(sync::parse_exchange_record(sync::to_json(*record)).ok());
  return 0;
}
