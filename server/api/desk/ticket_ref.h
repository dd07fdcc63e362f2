// SPDX-License-Identifier: Apache-2.0
// The {ticket} of a path: INC-1042 or 1042.
#pragma once
#include <cstdint>

#include "server/api/core/call.h"

namespace muster::server::api {

// Error 404 ticket_not_found for what is no number of a ticket.
std::int64_t ticket_of_path(const Call& call);

}  // namespace muster::server::api
