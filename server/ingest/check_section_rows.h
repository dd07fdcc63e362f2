// SPDX-License-Identifier: Apache-2.0
// The part of check_sections.h that reads every row of a section, closed ones included: source
// record by source record, so that it needs memory for one machine only. Every hash is computed
// anew from the stored row, so that a single changed bit is found. Depends on the transaction
// alone; one thread.
#pragma once
#include <cstdint>
#include <vector>

#include "common/inventory/schema.h"
#include "server/ingest/check_sections.h"

namespace muster::server::ingest {

std::vector<store::InvariantCheck> check_section_rows(
    store::Transaction& transaction, const inventory::SectionSchema& schema,
    const std::vector<std::int64_t>& source_records, const SectionProgress& progress);
store::InvariantCheck check_content(store::Transaction& transaction,
                                    const inventory::SectionSchema& schema);

}  // namespace muster::server::ingest
