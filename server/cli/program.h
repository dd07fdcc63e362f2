// SPDX-License-Identifier: Apache-2.0
// muster as data: what every command takes, its commands, and the pages of its help.
#pragma once
#include "common/command/command_spec.h"

namespace muster::cli {

class Context;

const ProgramSpec& program();

// Runs the command of the invocation; returns the exit code, throws Problem.
int run_command(Context& context);

}  // namespace muster::cli
