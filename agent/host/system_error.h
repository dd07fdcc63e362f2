// SPDX-License-Identifier: Apache-2.0
// An errno as a Failure with a message that names the thing and the cause. Used by agent/host
// alone. Pure; any thread.
#pragma once
#include <string_view>

#include "common/support/result.h"

namespace muster::agent::host {

// `action` reads as in "cannot read": "read", "list", "open". What is gone or has no value is
// kNotFound, what is forbidden kDenied.
Failure system_failure(std::string_view action, std::string_view thing, int error);

}  // namespace muster::agent::host
