// SPDX-License-Identifier: Apache-2.0
// What must hold in what machines reported and needs more than the rules of invariants.h: the
// tables of the sections, the hashes of their rows, the roots that agents agreed to. A part of
// server/installation/check_invariants.h. Reads everything, so it takes time in proportion to the
// database; run it on a connection without a statement limit, inside one transaction.
#pragma once
#include <cstddef>
#include <functional>
#include <string_view>
#include <vector>

#include "server/store/invariants.h"

namespace muster::server::ingest {

// Called now and then during what takes long: the section, and how many of its source records were
// looked at of how many.
using SectionProgress = std::function<void(std::string_view, std::size_t, std::size_t)>;

// The root that an agent sent and that was agreed to is that of the sections. For every section,
// over the whole history: rows of one key that do not overlap in time; times and revisions that
// fit; shared content that is there; hashes that are those of what stands in the rows; for each
// source record, hash + kept_hash is the sum of the hashes of its open rows.
std::vector<store::InvariantCheck> check_sections(store::Transaction& transaction,
                                                  const SectionProgress& progress);

}  // namespace muster::server::ingest
