// SPDX-License-Identifier: Apache-2.0
// What must hold in sessions and API tokens (server/store/invariants.h).
#pragma once
#include <vector>

#include "server/store/invariants.h"

namespace muster::server::people {

std::vector<store::InvariantRule> invariants();

}  // namespace muster::server::people
