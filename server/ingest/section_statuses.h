// SPDX-License-Identifier: Apache-2.0
// The statuses of a section's sources in the store: intervals, of which at most one a source is
// open. Called inside a write transaction; errors are StoreError.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/inventory/status.h"
#include "server/ingest/section_writer.h"

namespace muster::server::ingest {

struct KnownSource {
  bool ever_ok = false;  // ok or partial at some time
  bool open = false;
  std::int64_t status_id = 0;  // of the open interval
  inventory::Status status = inventory::Status::kFailed;
  std::string reason;
};

// Every source of the section that ever had a status, by name.
using KnownSources = std::map<std::string, KnownSource, std::less<>>;

KnownSources known_sources(store::Transaction& transaction, std::int64_t source_record,
                           std::string_view section);

// Closes what is not so any more and opens what is new; a status that stays is not touched.
void write_statuses(store::Transaction& transaction, const SectionApplication& application,
                    const DecodedSection& section, const KnownSources& known);

// Closes the statuses of a section that the agent does not have any more.
void close_statuses(store::Transaction& transaction, const SectionApplication& application,
                    std::string_view section);

}  // namespace muster::server::ingest
