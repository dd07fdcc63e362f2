// SPDX-License-Identifier: Apache-2.0
// A whole machine from the input, one collector over it (MUSTER_FUZZ_SECTION): every /proc and /sys
// file, link and netlink answer that the collector asks for is of the fuzzer's making. What it
// collects must go the whole way: into a snapshot, into a report, and through the server's decoder,
// which must find the same rows with the same hashes. See host_text.h for the form of the input.
#include <algorithm>
#include <iostream>

#include "agent/collect/collector.h"
#include "common/inventory/snapshot.h"
#include "common/wire/report.h"
#include "server/ingest/decode.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/host_text.h"

namespace {

using namespace muster;
using muster::fuzz::require;

// The server takes what the agent says, row by row, and gets the same hash.
void check_report(const inventory::SectionSchema& schema,
                  const inventory::SectionSnapshot& section) {
  wire::Report report;
  report.sequence = 1;
  report.boot_id = "6d6f9a2e-8a56-4c5d-a2f6-1f1e5a1e7a10";
  report.sent_at = {1'790'000'000'000};
  report.agent_version = "0.1.0";
  report.root = inventory::root_hash(inventory::Snapshot{{std::string(schema.name), section}});
  report.sections[std::string(schema.name)] = {.schema_version = section.schema_version,
                                               .collected_at = {1'789'999'999'000},
                                               .providers = section.providers,
                                               .delta = inventory::full_delta(section)};
  const server::ingest::DecodedReport decoded =
      server::ingest::decode_report(wire::to_json(report));
  for (const auto& [name, refusal] : decoded.refused)
    std::cerr << "refused " << name << ": " << refusal.code << " at " << refusal.path << "\n";
  require(decoded.refused.empty() && decoded.ignored.empty());
  const server::ingest::DecodedSection& taken = decoded.sections.at(std::string(schema.name));
  require(taken.hash == section.hash && taken.rows.size() == section.rows.size());
  for (const server::ingest::DecodedRow& row : taken.rows) {
    const auto sent = section.rows.find(row.key);
    require(sent != section.rows.end() && sent->second.hash == row.hash &&
            sent->second.provider == row.provider);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const inventory::SectionSchema* const schema =
      inventory::find_section(MUSTER_FUZZ_SECTION);
  static const auto collector = *std::find_if(
      agent::collect::collectors().begin(), agent::collect::collectors().end(),
      [](const agent::collect::Collector& each) { return each.section == MUSTER_FUZZ_SECTION; });
  fuzz::TextHost host(fuzz::as_text(data, size));
  agent::collect::CollectedSection collected = collector.collect(host);
  require(!collected.providers.empty());
  for (const auto& [source, status] : collected.providers)
    require(std::find(schema->providers.begin(), schema->providers.end(), source) !=
            schema->providers.end());
  inventory::CollectedSection section{schema, collected.providers, collected.rows};
  const auto snapshot = inventory::next_snapshot(nullptr, section, {});
  if (!snapshot) {
    // Rows with one key, or larger than a row may be, are a failure of the section and no more. But
    // a collector gives no row without what every row has.
    require(snapshot.failure().message.find("two rows") != std::string::npos ||
            snapshot.failure().message.find("larger than") != std::string::npos);
    return 0;
  }
  // The same machine a moment later: nothing has changed.
  const auto again = inventory::next_snapshot(&*snapshot, section, {});
  require(again && again->hash == snapshot->hash);
  check_report(*schema, *snapshot);
  return 0;
}
