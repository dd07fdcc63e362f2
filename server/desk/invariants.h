// SPDX-License-Identifier: Apache-2.0
// What must hold in notes and links of tickets (server/store/invariants.h).
#pragma once
#include <vector>

#include "server/store/invariants.h"

namespace muster::server::desk {

std::vector<store::InvariantRule> invariants();

}  // namespace muster::server::desk
