// SPDX-License-Identifier: Apache-2.0
// muster-server without main(): the command line to a command, and its exit code. Used by the main
// thread and by tests.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "common/support/config.h"

namespace muster::server::commands {

// `arguments` without the program's name.
int run(const std::vector<std::string>& arguments, const Environment& environment, std::istream& in,
        std::ostream& out, std::ostream& error);

}  // namespace muster::server::commands
