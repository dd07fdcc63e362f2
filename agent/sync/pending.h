// SPDX-License-Identifier: Apache-2.0
// A report that waits on disk: what changed since the report before it, with the key of every row,
// so that two reports can be merged and a snapshot can be brought forward. It becomes a
// wire::Report only when it is sent, because the times of sending are part of that. Pure; a value
// belongs to one thread at a time.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "agent/report/collect_sections.h"
#include "common/inventory/snapshot.h"
#include "common/support/clock.h"
#include "common/wire/report.h"

namespace muster::agent::sync {

using report::Moment;

struct PendingRow {
  std::string canonical;
  std::string provider;
  bool is_new = false;  // the report before did not have the key
  friend bool operator==(const PendingRow&, const PendingRow&) = default;
};

// A section as a line of the root: what the server held before this report. Needed again when the
// server refuses the section.
struct HeldSection {
  int schema_version = 1;
  std::string hash;    // hex
  std::string status;  // inventory::status_line
  friend bool operator==(const HeldSection&, const HeldSection&) = default;
};

struct PendingSection {
  int schema_version = 1;
  Moment collected;
  inventory::ProviderStatuses providers;
  std::optional<inventory::Hash128> base;  // nullopt: `upsert` is the whole section
  inventory::Hash128 hash;
  std::map<std::string, PendingRow, std::less<>> upsert;  // by row key
  std::set<std::string, std::less<>> remove;              // row keys
  std::optional<HeldSection> before;                      // nullopt: the section is new
};

// Far more than any agent sends, and far from where adding one overflows.
inline constexpr std::int64_t kHighestSequence = std::int64_t{1} << 53;

struct PendingReport {
  std::int64_t first_sequence =
      0;  // of the oldest report merged into this one; its own when none was
  std::int64_t sequence = 0;
  std::int64_t coalesced = 0;  // reports merged into this one
  std::string boot_id;         // of the boot in which it was collected
  std::string root;
  std::string vitals;                                    // a JSON object; empty: none
  std::map<std::string, Moment, std::less<>> collected;  // by interval class
  std::map<std::string, PendingSection, std::less<>> sections;
  std::map<std::string, HeldSection, std::less<>> hashes;  // in answer to send_hashes
};

// From `previous` (nullptr: the whole section) to `next`.
PendingSection pending_section(std::string_view name, const inventory::SectionSnapshot* previous,
                               const inventory::SectionSnapshot& next, Moment collected);

// One report with the effect of `older` and then `newer`. The state in between is lost, the final
// one is not. If they are of two boots, the id of the older boot is kept, so that the server dates
// all sections by the wall clock.
PendingReport merge(PendingReport older, PendingReport newer);

// Brings `snapshot` to its state after `report`. Returns the sections whose base or hash did not
// fit: they are dropped from the snapshot, so they are sent whole next time.
std::set<std::string> bring_forward(const PendingReport& report, inventory::Snapshot& snapshot);

// The report as it goes out now, in the boot `boot_id`.
wire::Report to_wire(const PendingReport& report, const Clock& clock, const std::string& boot_id);

}  // namespace muster::agent::sync
