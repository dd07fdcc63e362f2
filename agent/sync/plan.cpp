// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/plan.h"

#include <algorithm>
#include <utility>

#include "agent/sync/codec.h"

namespace muster::agent::sync {
namespace {

using inventory::SectionSnapshot;

HeldSection line_of(std::string_view name, const SectionSnapshot& section) {
  return {section.schema, section.hash.to_hex(), inventory::status_line(name, section.sources)};
}

HeldSection line_of(std::string_view name, const PendingSection& section) {
  return {section.schema, section.hash.to_hex(), inventory::status_line(name, section.sources)};
}

// What the server has of a section, as far as we know.
std::optional<HeldSection> held_by_server(const SyncState& state, std::string_view name,
                                          const SectionSnapshot& section) {
  const auto refused = state.refused.find(name);
  if (refused != state.refused.end()) return refused->second.held;
  return line_of(name, section);
}

// A collector that brought what cannot be a section: its rows stay as they were, and the server is
// told why.
SectionSnapshot as_failed(const SectionSnapshot* previous, inventory::CollectedSection section,
                          const std::string& why) {
  section.rows.clear();
  for (auto& [name, source] : section.sources)
    source = {inventory::Status::kFailed, why};
  auto next = inventory::next_snapshot(previous, std::move(section));
  return next ? std::move(*next) : SectionSnapshot{};
}

// `taken`: sections that are in the report, whatever became of them before.
std::string root_after(const SyncState& state,
                       const std::map<std::string, PendingSection, std::less<>>& taken) {
  std::vector<inventory::RootLine> lines;
  for (const auto& [name, section] : state.snapshot) {
    if (state.ignored.contains(name)) continue;
    auto held =
        taken.contains(name) ? line_of(name, section) : held_by_server(state, name, section);
    if (held) lines.push_back({name, held->schema, std::move(held->hash), std::move(held->status)});
  }
  return inventory::root_hash(lines);
}

PendingReport begin(const SyncState& state, const Gathered& gathered,
                    std::map<std::string, PendingSection, std::less<>> sections) {
  PendingReport report;
  report.boot_id = gathered.boot_id;
  report.vitals = gathered.vitals;
  report.collected = gathered.collected;
  report.root = root_after(state, sections);
  report.sections = std::move(sections);
  return report;
}

Moment looked_at(const Gathered& gathered, std::string_view name) {
  for (const LookedSection& looked : gathered.sections) {
    if (looked.section.schema != nullptr && looked.section.schema->name == name)
      return looked.collected;
  }
  // Not looked at in this cycle: the last time of its class, or of any when the class is unknown.
  const inventory::SectionSchema* schema = inventory::find_section(name);
  const auto at = schema == nullptr
                      ? gathered.collected.end()
                      : gathered.collected.find(inventory::to_string(schema->interval));
  if (at != gathered.collected.end()) return at->second;
  return gathered.collected.empty() ? Moment{} : gathered.collected.begin()->second;
}

PendingSection whole_section(const SyncState& state, std::string_view name,
                             const SectionSnapshot& section, Moment collected) {
  PendingSection whole = pending_section(name, nullptr, section, collected);
  whole.before = held_by_server(state, name, section);
  return whole;
}

// Takes the rows out of `looked`: a machine has many, and they are not needed again.
void plan_section(SyncState& state, LookedSection& looked,
                  std::map<std::string, PendingSection, std::less<>>& sections, const Log& log,
                  Instant now) {
  const std::string name(looked.section.schema->name);
  const auto known = state.snapshot.find(name);
  const SectionSnapshot* previous = known == state.snapshot.end() ? nullptr : &known->second;
  const inventory::CollectedSection bare{looked.section.schema, looked.section.sources, {}};
  auto made = inventory::next_snapshot(previous, std::move(looked.section));
  looked.section = bare;
  if (!made) {
    log.warning("collect", "a section cannot be reported as it was collected",
                {{"section", name}, {"reason", made.failure().message}});
  }
  SectionSnapshot next =
      made ? std::move(*made) : as_failed(previous, bare, made.failure().message);
  const auto ignored = state.ignored.find(name);
  const bool offer_again =
      ignored != state.ignored.end() && now - ignored->second >= kIgnoredRetryMs;
  const HeldSection line = line_of(name, next);
  const auto refused = state.refused.find(name);
  const bool same = refused != state.refused.end()
                        ? refused->second.sent == line
                        : previous != nullptr && line_of(name, *previous) == line;
  if (!same || offer_again || state.send_full.contains(name)) {
    const bool whole = refused != state.refused.end() || offer_again || previous == nullptr ||
                       state.send_full.contains(name);
    PendingSection section =
        pending_section(name, whole ? nullptr : previous, next, looked.collected);
    if (previous != nullptr) section.before = held_by_server(state, name, *previous);
    sections.emplace(name, std::move(section));
    if (refused != state.refused.end()) state.refused.erase(refused);
    if (offer_again) state.ignored.erase(ignored);
    state.send_full.erase(name);
    state.send_alone.erase(name);
  }
  state.snapshot.insert_or_assign(name, std::move(next));
}

void note_refusal(SyncState& state, const std::string& name, const PendingSection& section,
                  const wire::Refusal& why, Instant now) {
  RefusedSection refused{line_of(name, section), section.before, why, now};
  // When it was refused before, the server still has what it had then.
  const auto before = state.refused.find(name);
  if (before != state.refused.end()) refused.held = before->second.held;
  state.refused.insert_or_assign(name, std::move(refused));
}

}  // namespace

std::string root_of(const SyncState& state) {
  return root_after(state, {});
}

std::optional<PendingReport> plan_changes(SyncState& state, Gathered& gathered, const Log& log,
                                          Instant now) {
  std::map<std::string, PendingSection, std::less<>> sections;
  for (LookedSection& looked : gathered.sections) {
    if (looked.section.schema != nullptr) plan_section(state, looked, sections, log, now);
  }
  if (sections.empty()) return std::nullopt;
  return begin(state, gathered, std::move(sections));
}

std::optional<PendingReport> plan_follow_up(const SyncState& state, const Gathered& gathered) {
  std::map<std::string, PendingSection, std::less<>> sections;
  for (const std::string& name : state.send_alone.empty() ? state.send_full : state.send_alone) {
    const auto section = state.snapshot.find(name);
    if (section == state.snapshot.end()) continue;
    sections.emplace(name, whole_section(state, name, section->second, looked_at(gathered, name)));
    if (!state.send_alone.empty()) break;
  }
  if (sections.empty() && !state.send_hashes) return std::nullopt;
  PendingReport report = begin(state, gathered, std::move(sections));
  if (!report.sections.empty()) return report;
  for (const auto& [name, section] : state.snapshot) {
    if (state.ignored.contains(name)) continue;
    if (auto held = held_by_server(state, name, section)) report.hashes.emplace(name, *held);
  }
  return report;
}

PendingReport plan_heartbeat(const SyncState& state, const Gathered& gathered) {
  return begin(state, gathered, {});
}

void accept_reply(SyncState& state, const PendingReport& sent, const wire::Reply& reply,
                  Instant now) {
  const auto asked_whole = [&](const std::string& name) {
    return std::find(reply.send_full.begin(), reply.send_full.end(), name) != reply.send_full.end();
  };
  for (const auto& [name, section] : sent.sections) {
    if (!section.base) {
      state.send_full.erase(name);
      state.send_alone.erase(name);
    }
    const auto refusal = reply.refused.find(name);
    const auto before = state.refused.find(name);
    if (refusal != reply.refused.end()) {
      note_refusal(state, name, section, refusal->second, now);
    } else if (before != state.refused.end() && !asked_whole(name)) {
      state.refused.erase(before);
    }
    if (std::find(reply.ignored.begin(), reply.ignored.end(), name) == reply.ignored.end()) {
      state.ignored.erase(name);
    }
  }
  for (const std::string& name : reply.ignored) {
    if (state.snapshot.contains(name)) state.ignored.try_emplace(name, now);
  }
  for (const std::string& name : reply.send_full) {
    if (state.snapshot.contains(name) && !reply.refused.contains(name))
      state.send_full.insert(name);
  }
  // Hashes that were just sent have said all that there is to say.
  state.send_hashes = reply.send_hashes && sent.hashes.empty();
}

void accept_rejection(SyncState& state, const PendingReport& sent, const wire::Refusal& why,
                      Instant now) {
  state.send_hashes = false;
  // All count as refused, so that the root says what the server has; those that are innocent come
  // off it when they were taken alone.
  for (const auto& [name, section] : sent.sections) {
    state.send_full.erase(name);
    state.send_alone.erase(name);
    if (sent.sections.size() > 1) state.send_alone.insert(name);
    note_refusal(state, name, section, why, now);
  }
}

void accept_stale(SyncState& state, std::int64_t last_sequence) {
  state.sequence = last_sequence;
  state.send_alone.clear();
  state.send_hashes = false;
  for (const auto& [name, section] : state.snapshot) {
    if (!state.refused.contains(name)) state.send_full.insert(name);
  }
}

}  // namespace muster::agent::sync
