// SPDX-License-Identifier: Apache-2.0
// What must hold in assignments and values (server/store/invariants.h).
#pragma once
#include <vector>

#include "server/store/invariants.h"

namespace muster::server::cmdb {

std::vector<store::InvariantRule> invariants();

}  // namespace muster::server::cmdb
