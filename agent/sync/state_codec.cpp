// SPDX-License-Identifier: Apache-2.0
// SyncState as the bytes of the file "snapshot".
#include "agent/sync/codec.h"
#include "agent/sync/plan.h"

namespace muster::agent::sync {
namespace {

constexpr int kStateFormat = 1;

void encode(ByteWriter& out, const inventory::SectionSnapshot& section) {
  out.number(section.schema_version);
  encode(out, section.providers);
  out.number(section.rows.size());
  for (const auto& [key, row] : section.rows)
    out.text(key).text(row.canonical).text(row.provider);
}

inventory::SectionSnapshot decode_snapshot(ByteReader& in) {
  inventory::SectionSnapshot section;
  section.schema_version = in.small_integer();
  section.providers = decode_providers(in);
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string key = in.text();
    inventory::SnapshotRow row{in.text(), in.text(), {}, {}};
    row.hash = inventory::row_hash(row.canonical);
    if (const auto [at, is_new] = section.rows.emplace(std::move(key), std::move(row)); is_new)
      section.hash += at->second.hash;
  }
  return section;
}

// When rows that linger were last seen: by section, those that have a time.
void encode_sightings(ByteWriter& out, const inventory::Snapshot& snapshot) {
  for (const auto& [name, section] : snapshot) {
    std::uint64_t count = 0;
    for (const auto& [key, row] : section.rows)
      count += row.last_seen ? 1 : 0;
    if (count == 0) continue;
    out.text(name).number(count);
    for (const auto& [key, row] : section.rows) {
      if (row.last_seen) out.text(key).number(row.last_seen->ms);
    }
  }
}

void decode_sightings(ByteReader& in, inventory::Snapshot& snapshot) {
  while (in.ok() && !in.finished()) {
    const auto section = snapshot.find(in.text());
    for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
      const std::string key = in.text();
      const Instant at = in.instant();
      if (section == snapshot.end()) continue;
      const auto row = section->second.rows.find(key);
      if (row != section->second.rows.end()) row->second.last_seen = at;
    }
  }
}

void encode(ByteWriter& out, const RefusedSection& refused) {
  encode(out, std::optional(refused.sent));
  encode(out, refused.held);
  out.text(refused.why.code).text(refused.why.path).text(refused.why.detail).number(refused.at.ms);
}

RefusedSection decode_refused(ByteReader& in) {
  RefusedSection refused;
  refused.sent = decode_held(in).value_or(HeldSection{});
  refused.held = decode_held(in);
  refused.why.code = in.text();
  refused.why.path = in.text();
  refused.why.detail = in.text();
  refused.at = in.instant();
  return refused;
}

void encode(ByteWriter& out, const std::set<std::string, std::less<>>& names) {
  out.number(names.size());
  for (const std::string& name : names)
    out.text(name);
}

std::set<std::string, std::less<>> decode_names(ByteReader& in) {
  std::set<std::string, std::less<>> names;
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left)
    names.insert(in.text());
  return names;
}

}  // namespace

std::string encode_state(const SyncState& state) {
  ByteWriter out;
  out.number(kStateFormat).number(state.sequence).number(state.snapshot.size());
  for (const auto& [name, section] : state.snapshot) {
    out.text(name);
    encode(out, section);
  }
  out.number(state.refused.size());
  for (const auto& [name, refused] : state.refused) {
    out.text(name);
    encode(out, refused);
  }
  out.number(state.ignored.size());
  for (const auto& [name, since] : state.ignored)
    out.text(name).number(since.ms);
  encode(out, state.send_full);
  encode(out, state.send_alone);
  out.flag(state.send_hashes);
  encode_sightings(out, state.snapshot);
  return out.take();
}

Result<SyncState> decode_state(std::string_view bytes) {
  ByteReader in(bytes);
  if (in.small_integer() != kStateFormat)
    return Failure{FailureKind::kMalformed, "it was written by another version of the agent"};
  SyncState state;
  state.sequence = in.up_to(kHighestSequence);
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string name = in.text();
    state.snapshot[std::move(name)] = decode_snapshot(in);
  }
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string name = in.text();
    state.refused[std::move(name)] = decode_refused(in);
  }
  for (std::uint64_t left = in.count(); left > 0 && in.ok(); --left) {
    std::string name = in.text();
    state.ignored[std::move(name)] = in.instant();
  }
  state.send_full = decode_names(in);
  state.send_alone = decode_names(in);
  state.send_hashes = in.flag();
  decode_sightings(in, state.snapshot);
  if (!in.finished()) return Failure{FailureKind::kMalformed, "its content is not whole"};
  return state;
}

}  // namespace muster::agent::sync
