// SPDX-License-Identifier: Apache-2.0
// muster-agent as data: what every command takes, and its commands (agent/commands/commands.h).
#pragma once
#include "common/command/command_spec.h"
#include "common/command/complete.h"

namespace muster::agent {

const ProgramSpec& program();

// Names of sections and fields, for completion.
ValueSource declared_names();

}  // namespace muster::agent
