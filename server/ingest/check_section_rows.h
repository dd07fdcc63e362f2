// SPDX-License-Identifier: Apache-2.0
// The part of check_invariants that looks at every row of a section, also at closed ones: source
// record by source record, so that it needs memory for one machine only. Every hash is computed
// anew from what stands in the row, which is how a single changed bit in it is seen. Depends on the
// session alone; one thread.
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

// One more violation; the first one is kept as the example.
void count_violation(InvariantCheck& check, std::string example);

}  // namespace muster::server::ingest
