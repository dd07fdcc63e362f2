// SPDX-License-Identifier: Apache-2.0
// The part of check_invariants that reads every row of a section, closed ones included: source
// record by source record, so that it needs memory for one machine only. Every hash is computed
// anew from the stored row, so that a single changed bit is found. Depends on the transaction
// alone; one thread.
#pragma once
#include <cstdint>
#include <vector>

#include "common/inventory/schema.h"
#include "server/ingest/check_invariants.h"

namespace muster::server::ingest {

std::vector<InvariantCheck> check_section_rows(store::Transaction& transaction,
                                               const inventory::SectionSchema& schema,
                                               const std::vector<std::int64_t>& source_records,
                                               const InvariantProgress& progress);
InvariantCheck check_content(store::Transaction& transaction,
                             const inventory::SectionSchema& schema);

// Counts a violation; the first one is kept as the example.
void count_violation(InvariantCheck& check, std::string example);

}  // namespace muster::server::ingest
