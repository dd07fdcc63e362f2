// SPDX-License-Identifier: Apache-2.0
// Reading a report that an agent sent (model.md section 5): JSON events straight into typed rows,
// with the limits first. Agents are not trusted: every type, range, order and hash is checked here,
// so that a decoded report can be stored as it is. One bad row refuses its section, with the path
// of the value, and the rest of the report is kept; a mistake outside the sections refuses the
// report. Pure; any thread.
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
#include "common/wire/report.h"

namespace muster::server::ingest {

struct DecodedRow {
  inventory::Row row;
  inventory::Hash128 hash;          // of the row as received
  std::string key;                  // inventory::row_key
  std::int64_t stored_key = 0;      // stored_key(key)
  inventory::Hash128 content_hash;  // of sections with shared content (section_sql.h)
  std::string provider;
};

struct DecodedSection {
  const inventory::SectionSchema* schema = nullptr;  // what this server declares
  int schema_version = 0;                            // what the agent declares
  Instant collected_at;
  std::int64_t collected_boottime_ms = 0;
  inventory::ProviderStatuses providers;
  std::optional<inventory::Hash128> base;  // nullopt: `rows` is the whole section
  inventory::Hash128 hash;
  std::vector<DecodedRow> rows;     // new or changed; keys are unique
  std::vector<std::string> remove;  // keys, in the form of inventory::row_key
};

struct DecodedReport {
  std::int64_t sequence = 0;
  std::string boot_id;
  std::string sent_boot_id;  // equal to boot_id unless the report was spooled before a restart
  Instant sent_at;
  std::int64_t sent_boottime_ms = 0;
  std::string agent_version;
  std::string root;
  std::int64_t coalesced = 0;
  std::map<std::string, Instant, std::less<>> collected;
  std::string vitals;  // JSON object; empty: none
  std::map<std::string, DecodedSection, std::less<>> sections;
  std::map<std::string, wire::SectionHash, std::less<>> hashes;
  std::vector<std::string> ignored;  // sections that this server does not know
  std::map<std::string, wire::Refusal, std::less<>> refused;  // sections that cannot be taken
};

// Error: 400 invalid_json, 400 unsupported_format, 422 invalid_report (with the path).
DecodedReport decode_report(std::string_view json);

}  // namespace muster::server::ingest
