// SPDX-License-Identifier: Apache-2.0
// What must hold in agents and certificates (server/store/invariants.h).
#pragma once
#include <vector>

#include "server/store/invariants.h"

namespace muster::server::ca {

std::vector<store::InvariantRule> invariants();

}  // namespace muster::server::ca
