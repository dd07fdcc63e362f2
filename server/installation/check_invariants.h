// SPDX-License-Identifier: Apache-2.0
// What must hold in every database that only Muster has written: looked at by muster-server doctor,
// after a restore, and by tests after they have done their worst. Reads everything, so it takes
// time in proportion to the database; run it on a connection without a statement limit, inside one
// transaction. Works on every database. Errors: StoreError.
#pragma once
#include <vector>

#include "server/ingest/check_sections.h"
#include "server/store/invariants.h"

namespace muster::server::installation {

// The rules of every part of the server (invariants.h in its folder), and what ingest checks
// besides (server/ingest/check_sections.h).
std::vector<store::InvariantCheck> check_invariants(store::Transaction& transaction,
                                                    const ingest::SectionProgress& progress = {});

}  // namespace muster::server::installation
