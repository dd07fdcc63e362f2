// SPDX-License-Identifier: Apache-2.0
// The agent never asks what the server holds: it computes that (SyncState), and the root of each
// report lets the server check it. The state is the one after all reports in the spool, so planning
// moves it forward at once, as if the report had arrived. reporter.cpp writes the report before the
// state; after a crash in between, the state is brought forward from the report.
//
// plan_section, for each section that was collected:
//   1. next    next_snapshot; rows that cannot be a section count as a failure of all its
//   providers.
//   2. send?   if schema, hash or status differ from what the server has (from what was refused, if
//              it was refused: that is not sent again unchanged), if the server asked for it, or if
//              it is time to offer an ignored section again.
//   3. how?    as a delta where the server has the base; whole at first, when asked, after a
//              refusal, and when an ignored section is offered again.
//
// The root has a line for each section as the server will hold it: none for ignored ones, the line
// from before the refusal for refused ones (RefusedSection::held), the new line for those in the
// report. So a section that the server does not take does not make the roots differ.
//
// Invariant: every request of the server is answered once. A section that goes whole leaves
// send_full, and hashes that were sent are not sent again for the reply to them; a refused section
// waits for a change, an unchanged ignored one for a day. The reporter bounds what is left: a
// server that always asks for more gets a few exchanges a cycle (kFollowUps).
#include "agent/sync/plan.h"

#include <algorithm>
#include <utility>

#include "agent/sync/codec.h"

namespace muster::agent::sync {
namespace {

using inventory::SectionSnapshot;

HeldSection line_of(std::string_view name, const SectionSnapshot& section) {
  return {section.schema_version, section.hash.to_hex(),
          inventory::status_line(name, section.providers)};
}

HeldSection line_of(std::string_view name, const PendingSection& section) {
  return {section.schema_version, section.hash.to_hex(),
          inventory::status_line(name, section.providers)};
}

// The section as the server holds it, as far as the agent knows; nullopt: the server has none.
std::optional<HeldSection> held_by_server(const SyncState& state, std::string_view name,
                                          const SectionSnapshot& section) {
  const auto refused = state.refused.find(name);
  if (refused != state.refused.end()) return refused->second.held;
  return line_of(name, section);
}

// The section of a collector whose rows cannot be one (two with a key, a row without a provider):
// all providers count as failed, so that the rows stay as they were and the server is told why.
SectionSnapshot as_failed(const SectionSnapshot* previous, inventory::CollectedSection section,
                          const std::string& why, Instant now) {
  section.rows.clear();
  for (auto& [name, provider] : section.providers)
    provider = {inventory::Status::kFailed, why};
  auto next = inventory::next_snapshot(previous, std::move(section), now);
  return next ? std::move(*next) : SectionSnapshot{};
}

// The root after a report with the sections `taken`, which count as taken even if they were refused
// before.
std::string root_after(const SyncState& state,
                       const std::map<std::string, PendingSection, std::less<>>& taken) {
  std::vector<inventory::RootLine> lines;
  for (const auto& [name, section] : state.snapshot) {
    if (state.ignored.contains(name)) continue;
    auto held =
        taken.contains(name) ? line_of(name, section) : held_by_server(state, name, section);
    if (held)
      lines.push_back({name, held->schema_version, std::move(held->hash), std::move(held->status)});
  }
  return inventory::root_hash(lines);
}

PendingReport begin(const SyncState& state, const Collection& collection,
                    std::map<std::string, PendingSection, std::less<>> sections) {
  PendingReport report;
  report.boot_id = collection.boot_id;
  report.vitals = collection.vitals;
  report.collected = collection.collected;
  report.root = root_after(state, sections);
  report.sections = std::move(sections);
  return report;
}

Moment collected_at(const Collection& collection, std::string_view name) {
  for (const CollectionResult& result : collection.sections) {
    if (result.section.schema != nullptr && result.section.schema->name == name)
      return result.collected;
  }
  // Not collected in this cycle: the last time of its class, or of any if the class is unknown.
  const inventory::SectionSchema* schema = inventory::find_section(name);
  const auto at = schema == nullptr
                      ? collection.collected.end()
                      : collection.collected.find(inventory::to_string(schema->interval));
  if (at != collection.collected.end()) return at->second;
  return collection.collected.empty() ? Moment{} : collection.collected.begin()->second;
}

PendingSection whole_section(const SyncState& state, std::string_view name,
                             const SectionSnapshot& section, Moment collected) {
  PendingSection whole = pending_section(name, nullptr, section, collected);
  whole.before = held_by_server(state, name, section);
  return whole;
}

// Moves the rows out of `looked` instead of copying them: a machine has many.
void plan_section(SyncState& state, CollectionResult& result,
                  std::map<std::string, PendingSection, std::less<>>& sections, const Log& log,
                  Instant now) {
  const std::string name(result.section.schema->name);
  const auto known = state.snapshot.find(name);
  const SectionSnapshot* previous = known == state.snapshot.end() ? nullptr : &known->second;
  const inventory::CollectedSection bare{result.section.schema, result.section.providers, {}};
  auto made = inventory::next_snapshot(previous, std::move(result.section), now);
  result.section = bare;
  if (!made) {
    log.warning("collect", "a section cannot be reported as it was collected",
                {{"section", name}, {"reason", made.failure().message}});
  }
  SectionSnapshot next =
      made ? std::move(*made) : as_failed(previous, bare, made.failure().message, now);
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
        pending_section(name, whole ? nullptr : previous, next, result.collected);
    // What the server has now, needed if it refuses this. Read before `refused` is erased below,
    // which knows what the server kept instead.
    if (previous != nullptr) section.before = held_by_server(state, name, *previous);
    sections.emplace(name, std::move(section));
    if (refused != state.refused.end()) state.refused.erase(refused);
    if (offer_again) state.ignored.erase(ignored);
    state.send_full.erase(name);
    state.send_alone.erase(name);
  }
  if (previous != nullptr && inventory::has_new_sightings(*previous, next))
    state.has_new_sightings = true;
  state.snapshot.insert_or_assign(name, std::move(next));
}

void note_refusal(SyncState& state, const std::string& name, const PendingSection& section,
                  const wire::Refusal& why, Instant now) {
  RefusedSection refused{line_of(name, section), section.before, why, now};
  // Refused twice in a row: the server still has what it had before the first time.
  const auto before = state.refused.find(name);
  if (before != state.refused.end()) refused.held = before->second.held;
  state.refused.insert_or_assign(name, std::move(refused));
}

}  // namespace

std::string root_of(const SyncState& state) {
  return root_after(state, {});
}

std::optional<PendingReport> plan_changes(SyncState& state, Collection& collection, const Log& log,
                                          Instant now) {
  std::map<std::string, PendingSection, std::less<>> sections;
  for (CollectionResult& result : collection.sections) {
    if (result.section.schema != nullptr) plan_section(state, result, sections, log, now);
  }
  if (sections.empty()) return std::nullopt;
  return begin(state, collection, std::move(sections));
}

std::optional<PendingReport> plan_follow_up(const SyncState& state, const Collection& collection) {
  // Sections that go alone come first, one a report: what is wrong with a rejected report is known
  // only when each of its sections was answered for itself.
  std::map<std::string, PendingSection, std::less<>> sections;
  for (const std::string& name : state.send_alone.empty() ? state.send_full : state.send_alone) {
    const auto section = state.snapshot.find(name);
    if (section == state.snapshot.end()) continue;
    sections.emplace(name,
                     whole_section(state, name, section->second, collected_at(collection, name)));
    if (!state.send_alone.empty()) break;
  }
  if (sections.empty() && !state.send_hashes) return std::nullopt;
  PendingReport report = begin(state, collection, std::move(sections));
  if (!report.sections.empty()) return report;
  for (const auto& [name, section] : state.snapshot) {
    if (state.ignored.contains(name)) continue;
    if (auto held = held_by_server(state, name, section)) report.hashes.emplace(name, *held);
  }
  return report;
}

PendingReport plan_heartbeat(const SyncState& state, const Collection& collection) {
  return begin(state, collection, {});
}

void accept_reply(SyncState& state, const PendingReport& sent, const wire::Reply& reply,
                  Instant now) {
  const auto asked_whole = [&](const std::string& name) {
    return std::find(reply.send_full.begin(), reply.send_full.end(), name) != reply.send_full.end();
  };
  // First the sections that were sent are settled, then the requests of this reply are noted: a
  // section that was just sent whole may be asked for whole again.
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
  // Once the server has the hashes, it knows what differs and asks for that; asking for them again
  // would lead nowhere.
  state.send_hashes = reply.send_hashes && sent.hashes.empty();
}

void accept_rejection(SyncState& state, const PendingReport& sent, const wire::Refusal& why,
                      Instant now) {
  state.send_hashes = false;
  // All sections count as refused, so that the root has what the server holds. The good ones stop
  // being refused when they are taken alone.
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
