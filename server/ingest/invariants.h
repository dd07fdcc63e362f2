// SPDX-License-Identifier: Apache-2.0
// What must hold in the tables of reports, as far as SQL can tell (server/store/invariants.h); the
// sections' own tables and hashes are looked at by check_sections.h.
#pragma once
#include <vector>

#include "server/store/invariants.h"

namespace muster::server::ingest {

std::vector<store::InvariantRule> invariants();

}  // namespace muster::server::ingest
