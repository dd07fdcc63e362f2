// SPDX-License-Identifier: Apache-2.0
// The way back from a change of a ticket. Pure.
#pragma once
#include <string>

#include "common/command/parse.h"
#include "common/json/value.h"

namespace muster::cli {

// "undo: muster ticket edit ..." with what the ticket had before in the fields that the flags of
// the command changed; what cannot be undone is said.
std::string ticket_undo(const std::string& number, const JsonValue& before, const JsonValue& after,
                        const Invocation& invocation);

}  // namespace muster::cli
