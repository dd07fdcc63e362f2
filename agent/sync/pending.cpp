// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/pending.h"

#include <utility>

namespace muster::agent::sync {
namespace {

PendingSection merge_sections(PendingSection older, PendingSection newer) {
  if (!newer.base) {
    newer.before = std::move(older.before);
    return newer;
  }
  for (const std::string& key : newer.remove) {
    const auto row = older.upsert.find(key);
    // A row that appeared and disappeared between the two reports was never at the server, which
    // would answer its key as unknown and ask for the whole section.
    const bool never_sent = row != older.upsert.end() && row->second.is_new;
    if (row != older.upsert.end()) older.upsert.erase(row);
    if (older.base && !never_sent) older.remove.insert(key);
  }
  for (auto& [key, row] : newer.upsert) {
    const auto old = older.upsert.find(key);
    row.is_new =
        old != older.upsert.end() ? old->second.is_new : row.is_new && older.remove.erase(key) == 0;
    older.upsert.insert_or_assign(key, std::move(row));
  }
  older.schema_version = newer.schema_version;
  older.collected = newer.collected;
  older.providers = std::move(newer.providers);
  older.hash = newer.hash;
  return older;
}

}  // namespace

PendingSection pending_section(std::string_view name, const inventory::SectionSnapshot* previous,
                               const inventory::SectionSnapshot& next, Moment collected) {
  PendingSection section;
  section.schema_version = next.schema_version;
  section.collected = collected;
  section.providers = next.providers;
  section.hash = next.hash;
  for (const auto& [key, row] : next.rows) {
    const bool is_new = previous == nullptr || !previous->rows.contains(key);
    if (!is_new && previous->rows.find(key)->second.hash == row.hash) continue;
    section.upsert.emplace(key, PendingRow{row.canonical, row.provider, is_new});
  }
  if (previous == nullptr) return section;
  section.base = previous->hash;
  section.before = HeldSection{previous->schema_version, previous->hash.to_hex(),
                               inventory::status_line(name, previous->providers)};
  for (const auto& [key, row] : previous->rows) {
    if (!next.rows.contains(key)) section.remove.insert(key);
  }
  return section;
}

PendingReport merge(PendingReport older, PendingReport newer) {
  newer.first_sequence = older.first_sequence;
  newer.coalesced += older.coalesced + 1;
  newer.boot_id = std::move(older.boot_id);
  for (auto& [name, at] : older.collected)
    newer.collected.try_emplace(name, at);
  for (auto& [name, section] : older.sections) {
    const auto same = newer.sections.find(name);
    if (same == newer.sections.end()) {
      newer.sections.emplace(name, std::move(section));
    } else {
      same->second = merge_sections(std::move(section), std::move(same->second));
    }
  }
  return newer;
}

std::set<std::string> bring_forward(const PendingReport& report, inventory::Snapshot& snapshot) {
  std::set<std::string> broken;
  for (const auto& [name, section] : report.sections) {
    const auto held = snapshot.find(name);
    const bool fits =
        !section.base || (held != snapshot.end() && held->second.hash == *section.base);
    inventory::SectionSnapshot next;
    if (section.base && fits) next = std::move(held->second);
    for (const std::string& key : section.remove)
      next.rows.erase(key);
    for (const auto& [key, row] : section.upsert) {
      next.rows.insert_or_assign(key, inventory::SnapshotRow{row.canonical, row.provider,
                                                             inventory::row_hash(row.canonical)});
    }
    next.hash = {};
    for (const auto& [key, row] : next.rows)
      next.hash += row.hash;
    next.schema_version = section.schema_version;
    next.providers = section.providers;
    if (fits && next.hash == section.hash) {
      snapshot.insert_or_assign(name, std::move(next));
    } else {
      snapshot.erase(name);
      broken.insert(name);
    }
  }
  return broken;
}

wire::Report to_wire(const PendingReport& report, const Clock& clock, const std::string& boot_id) {
  wire::Report out;
  out.sequence = report.sequence;
  out.boot_id = report.boot_id;
  out.sent_boot_id = boot_id;
  out.sent_at = clock.now();
  out.sent_boottime_ms = clock.boottime_ms();
  out.agent_version = MUSTER_VERSION;
  out.root = report.root;
  out.coalesced = report.coalesced;
  out.vitals = report.vitals;
  for (const auto& [name, moment] : report.collected) {
    // Within one boot the age is taken from CLOCK_BOOTTIME, since the wall clock may have been set
    // meanwhile.
    const bool same_boot = report.boot_id == boot_id;
    out.collected[name] =
        same_boot ? out.sent_at - (out.sent_boottime_ms - moment.boottime_ms) : moment.at;
  }
  for (const auto& [name, section] : report.sections) {
    wire::SectionReport& to = out.sections[name];
    to.schema_version = section.schema_version;
    to.collected_at = section.collected.at;
    to.collected_boottime_ms = section.collected.boottime_ms;
    to.providers = section.providers;
    to.delta.base = section.base;
    to.delta.hash = section.hash;
    for (const auto& [key, row] : section.upsert)
      to.delta.upsert.push_back(row.canonical);
    to.delta.remove.assign(section.remove.begin(), section.remove.end());
  }
  for (const auto& [name, held] : report.hashes)
    out.hashes[name] = {held.schema_version, held.hash, held.status};
  return out;
}

}  // namespace muster::agent::sync
