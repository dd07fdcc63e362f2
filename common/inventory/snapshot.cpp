// SPDX-License-Identifier: Apache-2.0
// A snapshot is what one side believes a section to be: its rows by key, the status of each
// provider, and the sum of the rows' hashes. next_snapshot makes the next one from the result of a
// collector:
//
//   1. number_twins gives rows that are equal otherwise their `instance`, before any key is read.
//   2. Each row of a provider that was read (ok, partial) is checked and added.
//   3. Providers that could not be read, and those read in part, keep their rows from before. These
//      are added after the new ones: where both have a key, the new row wins.
//   4. In a section that lingers, rows of ok providers that are gone are added too, until their
//      days are over.
//
// Except in step 4 an ok provider keeps nothing, so a row that is missing now is gone.
// not_applicable and disabled keep nothing and bring nothing. difference() is then a comparison by
// key and hash, and `remove` names rows of such providers only, because all others kept theirs in
// step 3: absence is never assumed (model.md section 4), and the server refuses a delta that
// removes rows of other providers.
//
// Invariants: `hash` is the sum of the hashes of `rows`. The canonical text of a kept row is not
// made anew, so its hash stays the one that the server has. A provider that had rows is named with
// a status in each later result; one that is left out would lose its rows here, while the server,
// which takes it for failed, keeps them.
#include "common/inventory/snapshot.h"

#include <algorithm>

#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::inventory {
namespace {

// Numbers equal twins 1..n in the order of their canonical text, so that a machine gets the same
// numbers whatever the order in which its firmware lists them.
void number_twins(const SectionSchema& schema, std::vector<Row>& rows) {
  std::optional<std::size_t> instance;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].instance) instance = i;
  }
  if (!instance) return;
  // All begin with one number: neither the order nor the key below may depend on it.
  for (Row& row : rows)
    row.cells[*instance] = std::int64_t{1};
  std::vector<std::pair<std::string, Row*>> order;
  order.reserve(rows.size());
  for (Row& row : rows)
    order.emplace_back(canonical_json(schema, row), &row);
  std::sort(order.begin(), order.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::map<std::string, std::int64_t> count;
  for (const auto& [canonical, row] : order) {
    std::int64_t& seen = count[row_key(schema, *row)];
    // The key is read before the number is set: until then all twins have the same one.
    row->cells[*instance] = ++seen;
  }
}

// The first field that is not optional and absent.
const FieldSchema* missing_field(const SectionSchema& schema, const Row& row) {
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const bool absent = std::holds_alternative<std::monostate>(row.cells[i]);
    if (absent && !schema.fields[i].optional) return &schema.fields[i];
  }
  return nullptr;
}

// Adds the rows that the provider had before. emplace() adds none whose key is taken: a row that
// was read now is newer than one that was kept.
void keep_rows_of(SectionSnapshot& next, const SectionSnapshot& previous,
                  std::string_view provider) {
  for (const auto& [key, row] : previous.rows) {
    if (row.provider == provider && next.rows.emplace(key, row).second) next.hash += row.hash;
  }
}

// Notes that the rows were seen. A clock that was set back must not make them stay for longer.
void note_sightings(SectionSnapshot& next, const SectionSnapshot* previous, Instant looked_at) {
  for (auto& [key, row] : next.rows) {
    row.last_seen = looked_at;
    if (previous == nullptr) continue;
    const auto before = previous->rows.find(key);
    if (before == previous->rows.end() || !before->second.last_seen) continue;
    const std::int64_t age_ms = looked_at - *before->second.last_seen;
    if (age_ms >= 0 && age_ms < kSightingStepMs) row.last_seen = before->second.last_seen;
  }
}

// Adds the rows of ok providers that are gone, but not for long enough.
void keep_lingering_rows(SectionSnapshot& next, const SectionSnapshot& previous,
                         const SectionSchema& schema, Instant looked_at) {
  constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
  using Rows = std::remove_cvref_t<decltype(previous.rows)>;
  std::vector<std::pair<Instant, Rows::const_iterator>> staying;
  for (auto row = previous.rows.begin(); row != previous.rows.end(); ++row) {
    const auto provider = next.providers.find(row->second.provider);
    if (provider == next.providers.end() || provider->second.status != Status::kOk ||
        next.rows.contains(row->first))
      continue;
    // Without a time it was kept by a version that noted none: its days begin now.
    const Instant last_seen = std::min(row->second.last_seen.value_or(looked_at), looked_at);
    if (looked_at - last_seen < schema.linger_days * kDayMs) staying.emplace_back(last_seen, row);
  }
  if (staying.size() > kLingeringRows) {
    std::nth_element(staying.begin(), staying.begin() + kLingeringRows, staying.end(),
                     [](const auto& a, const auto& b) {
                       return a.first != b.first ? a.first > b.first
                                                 : a.second->first < b.second->first;
                     });
    staying.resize(kLingeringRows);
  }
  for (const auto& [last_seen, row] : staying) {
    SnapshotRow kept = row->second;
    kept.last_seen = last_seen;
    next.hash += kept.hash;
    next.rows.emplace(row->first, std::move(kept));
  }
}

}  // namespace

Result<SectionSnapshot> next_snapshot(const SectionSnapshot* previous, CollectedSection collected,
                                      Instant looked_at) {
  const SectionSchema& schema = *collected.schema;
  number_twins(schema, collected.rows);
  SectionSnapshot next;
  next.schema_version = schema.schema_version;
  next.providers = std::move(collected.providers);
  for (const Row& row : collected.rows) {
    const auto provider = next.providers.find(row_provider(schema, row));
    if (provider == next.providers.end()) {
      return Failure{FailureKind::kMalformed,
                     std::string(schema.name) + ": a row of a source without a status"};
    }
    // Such a provider has no rows of its own: the kept ones stay, or none are wanted.
    if (keeps_rows(provider->second.status) || drops_rows(provider->second.status)) continue;
    if (const FieldSchema* missing = missing_field(schema, row)) {
      return Failure{FailureKind::kMalformed,
                     std::string(schema.name) + ": a row lacks the field " +
                         std::string(missing->name) + ", which is never absent"};
    }
    std::string canonical = canonical_json(schema, row);
    if (canonical.size() > kRowBytes) {
      return Failure{FailureKind::kMalformed, std::string(schema.name) + ": the row " +
                                                  row_key(schema, row) + " is larger than 64 KiB"};
    }
    const Hash128 hash = row_hash(canonical);
    const auto [at, is_new] = next.rows.emplace(
        row_key(schema, row), SnapshotRow{std::move(canonical), provider->first, hash});
    if (!is_new) {
      return Failure{FailureKind::kMalformed,
                     std::string(schema.name) + ": two rows have the key " + at->first};
    }
    next.hash += hash;
  }
  if (schema.linger_days > 0) note_sightings(next, previous, looked_at);
  if (previous == nullptr) return next;
  for (const auto& [name, provider] : next.providers) {
    if (provider.status == Status::kPartial || keeps_rows(provider.status))
      keep_rows_of(next, *previous, name);
  }
  if (schema.linger_days > 0) keep_lingering_rows(next, *previous, schema, looked_at);
  return next;
}

bool has_new_sightings(const SectionSnapshot& previous, const SectionSnapshot& next) {
  return std::any_of(next.rows.begin(), next.rows.end(), [&](const auto& row) {
    if (!row.second.last_seen) return false;
    const auto before = previous.rows.find(row.first);
    return before == previous.rows.end() || before->second.last_seen != row.second.last_seen;
  });
}

SectionDelta full_delta(const SectionSnapshot& next) {
  SectionDelta delta{.base = std::nullopt, .hash = next.hash, .upsert = {}, .remove = {}};
  for (const auto& [key, row] : next.rows)
    delta.upsert.push_back(row.canonical);
  return delta;
}

SectionDelta difference(const SectionSnapshot& previous, const SectionSnapshot& next) {
  SectionDelta delta{.base = previous.hash, .hash = next.hash, .upsert = {}, .remove = {}};
  for (const auto& [key, row] : next.rows) {
    const auto old = previous.rows.find(key);
    if (old == previous.rows.end() || old->second.hash != row.hash)
      delta.upsert.push_back(row.canonical);
  }
  for (const auto& [key, row] : previous.rows) {
    if (!next.rows.contains(key)) delta.remove.push_back(key);
  }
  return delta;
}

std::string root_hash(const std::vector<RootLine>& lines) {
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (const RootLine& line : lines) {
    texts.push_back(line.section + ' ' + std::to_string(line.schema_version) + ' ' + line.hash_hex +
                    ' ' + line.status + '\n');
  }
  std::sort(texts.begin(), texts.end());
  std::string all;
  for (const std::string& text : texts)
    all += text;
  return to_hex(sha256(all));
}

std::string root_hash(const Snapshot& snapshot, const std::vector<std::string>& ignored) {
  std::vector<RootLine> lines;
  for (const auto& [name, section] : snapshot) {
    if (std::find(ignored.begin(), ignored.end(), name) != ignored.end()) continue;
    lines.push_back({name, section.schema_version, section.hash.to_hex(),
                     status_line(name, section.providers)});
  }
  return root_hash(lines);
}

}  // namespace muster::inventory
