// SPDX-License-Identifier: Apache-2.0
// muster-server as data: what every command takes, and its commands (commands.h).
#pragma once
#include "common/command/command_spec.h"

namespace muster::server::commands {

const ProgramSpec& program();

}  // namespace muster::server::commands
