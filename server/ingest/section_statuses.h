// SPDX-License-Identifier: Apache-2.0
// The statuses of a section's providers in the store: intervals, of which at most one a provider is
// open. Called inside a write transaction; errors are StoreError.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "common/inventory/status.h"
#include "server/ingest/section_writer.h"

namespace muster::server::ingest {

struct KnownProvider {
  bool ever_ok = false;  // ok or partial at some time
  bool open = false;
  std::int64_t status_id = 0;  // of the open interval
  inventory::Status status = inventory::Status::kFailed;
  std::string reason;
};

// Every provider of the section that ever had a status, by name.
using KnownProviders = std::map<std::string, KnownProvider, std::less<>>;

KnownProviders known_providers(store::Transaction& transaction, std::int64_t source_record,
                               std::string_view section);

// Closes the intervals of statuses that ended and opens new ones; a status that stays is not
// touched, so an unchanged report writes none.
void write_statuses(store::Transaction& transaction, const SectionWrite& write,
                    const DecodedSection& section, const KnownProviders& known);

// Closes all statuses of a section that the agent does not have any more.
void close_statuses(store::Transaction& transaction, const SectionWrite& write,
                    std::string_view section);

}  // namespace muster::server::ingest
