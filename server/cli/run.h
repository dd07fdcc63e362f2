// SPDX-License-Identifier: Apache-2.0
// The program muster behind main(): parses, runs one command, writes what went wrong to standard
// error and returns the exit code (problem.h).
#pragma once
#include <string>
#include <vector>

#include "server/cli/context.h"

namespace muster::cli {

int run(const std::vector<std::string>& arguments, World& world);

}  // namespace muster::cli
