// SPDX-License-Identifier: Apache-2.0
// What one side believes a machine's sections to be, and the difference between two such beliefs
// (model.md sections 3 to 5). The agent keeps a Snapshot of what it last reported; the delta of the
// next report is the difference. Pure; a value belongs to one thread at a time.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/inventory/canonical.h"
#include "common/inventory/schema.h"
#include "common/inventory/status.h"
#include "common/support/result.h"

namespace muster::inventory {

struct SnapshotRow {
  std::string canonical;  // the row as canonical JSON
  std::string source;     // which of the section's sources it is from
  Hash128 hash;
};

struct SectionSnapshot {
  int schema = 1;
  SourceStatuses sources;
  std::map<std::string, SnapshotRow, std::less<>> rows;  // by row_key
  Hash128 hash;                                          // the sum of the rows' hashes
};

using Snapshot = std::map<std::string, SectionSnapshot, std::less<>>;  // by section name

// What a collector brought: rows, and a status for each source that it tried.
struct CollectedSection {
  const SectionSchema* schema = nullptr;  // not owned; of section_schemas()
  SourceStatuses sources;
  std::vector<Row> rows;
};

// The section as it is believed after `collected`, given what was believed before: sources that are
// ok replace their rows, partial ones only add and change, denied, timeout and failed ones keep
// what was, not_applicable and disabled ones drop it. Equal twins get their `instance`. kMalformed
// names the key when two rows still have the same one, and the row when one is larger than
// kRowBytes.
Result<SectionSnapshot> next_snapshot(const SectionSnapshot* previous, CollectedSection collected);

struct SectionDelta {
  std::optional<Hash128> base;      // nullopt: `upsert` is the whole section
  Hash128 hash;                     // after the delta
  std::vector<std::string> upsert;  // canonical JSON of rows that are new or changed
  std::vector<std::string> remove;  // row keys that are gone
};

SectionDelta full_delta(const SectionSnapshot& next);
SectionDelta difference(const SectionSnapshot& previous, const SectionSnapshot& next);

// SHA-256 as hex over the sorted lines "name schema hash status\n" of all sections but `ignored`
// ones.
std::string root_hash(const Snapshot& snapshot, const std::vector<std::string>& ignored = {});
// The same from the parts, for the server, which keeps no rows in memory.
struct RootLine {
  std::string section;
  int schema = 1;
  std::string hash_hex;
  std::string status;  // status_line()
};
std::string root_hash(const std::vector<RootLine>& lines);

}  // namespace muster::inventory
