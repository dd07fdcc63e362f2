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
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::inventory {

struct SnapshotRow {
  std::string canonical;  // the row as canonical JSON
  std::string provider;   // which of the section's providers it is from
  Hash128 hash;
  // When a look last found it, to the hour; only in sections that linger. Not part of the row:
  // neither hash nor delta say it.
  std::optional<Instant> last_seen = {};
};

struct SectionSnapshot {
  int schema_version = 1;
  ProviderStatuses providers;
  std::map<std::string, SnapshotRow, std::less<>> rows;  // by row_key
  Hash128 hash;                                          // the sum of the rows' hashes
};

using Snapshot = std::map<std::string, SectionSnapshot, std::less<>>;  // by section name

// The result of a collector: rows, and a status for each provider that it tried.
struct CollectedSection {
  const SectionSchema* schema = nullptr;  // not owned; of section_schemas()
  ProviderStatuses providers;
  std::vector<Row> rows;
};

// Rows of a section that linger without being seen; of more, those last seen longest ago go.
inline constexpr std::size_t kLingeringRows = 20'000;
// A sighting is noted once an hour, so that a look that finds nothing new has nothing to save.
inline constexpr std::int64_t kSightingStepMs = 3600 * 1000;

// The section after a look at `looked_at` brought `collected`, given the one before: providers that
// are ok replace their rows, partial ones only add and change, denied, timeout and failed ones keep
// their rows, not_applicable and disabled ones drop them. Where the section lingers, a row that an
// ok provider no longer has stays for linger_days after it was last seen. Equal twins get their
// `instance`. kMalformed names the key when two rows still have the same one, and the row when one
// is larger than kRowBytes.
Result<SectionSnapshot> next_snapshot(const SectionSnapshot* previous, CollectedSection collected,
                                      Instant looked_at);

// Whether `next` knows of sightings that `previous` does not: it is to be saved, though there is
// nothing to report.
bool has_new_sightings(const SectionSnapshot& previous, const SectionSnapshot& next);

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
  int schema_version = 1;
  std::string hash_hex;
  std::string status;  // status_line()
};
std::string root_hash(const std::vector<RootLine>& lines);

}  // namespace muster::inventory
