// SPDX-License-Identifier: Apache-2.0
#include "common/inventory/snapshot.h"

#include <algorithm>

#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::inventory {
namespace {

// Numbers equal twins 1..n in the order of their canonical text, so that the same machine gets the
// same numbers whatever the order in which its firmware lists them.
void number_twins(const SectionSchema& schema, std::vector<Row>& rows) {
  std::optional<std::size_t> instance;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (schema.fields[i].instance) instance = i;
  }
  if (!instance) return;
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

// The first field that must be there and is not.
const FieldSchema* missing_field(const SectionSchema& schema, const Row& row) {
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const bool absent = std::holds_alternative<std::monostate>(row.cells[i]);
    if (absent && !schema.fields[i].optional) return &schema.fields[i];
  }
  return nullptr;
}

void keep_rows_of(SectionSnapshot& next, const SectionSnapshot& previous, std::string_view source) {
  for (const auto& [key, row] : previous.rows) {
    if (row.source == source && next.rows.emplace(key, row).second) next.hash += row.hash;
  }
}

}  // namespace

Result<SectionSnapshot> next_snapshot(const SectionSnapshot* previous, CollectedSection collected) {
  const SectionSchema& schema = *collected.schema;
  number_twins(schema, collected.rows);
  SectionSnapshot next;
  next.schema = schema.schema;
  next.sources = std::move(collected.sources);
  for (const Row& row : collected.rows) {
    const auto source = next.sources.find(row_source(schema, row));
    if (source == next.sources.end()) {
      return Failure{FailureKind::kMalformed,
                     std::string(schema.name) + ": a row of a source without a status"};
    }
    if (keeps_rows(source->second.status) || drops_rows(source->second.status)) continue;
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
        row_key(schema, row), SnapshotRow{std::move(canonical), source->first, hash});
    if (!is_new) {
      return Failure{FailureKind::kMalformed,
                     std::string(schema.name) + ": two rows have the key " + at->first};
    }
    next.hash += hash;
  }
  if (previous == nullptr) return next;
  for (const auto& [name, source] : next.sources) {
    if (source.status == Status::kPartial || keeps_rows(source.status))
      keep_rows_of(next, *previous, name);
  }
  return next;
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

std::string root_hash(std::vector<RootLine> lines) {
  std::vector<std::string> texts;
  texts.reserve(lines.size());
  for (const RootLine& line : lines) {
    texts.push_back(line.section + ' ' + std::to_string(line.schema) + ' ' + line.hash_hex + ' ' +
                    line.status + '\n');
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
    lines.push_back(
        {name, section.schema, section.hash.to_hex(), status_line(name, section.sources)});
  }
  return root_hash(std::move(lines));
}

}  // namespace muster::inventory
