// SPDX-License-Identifier: Apache-2.0
// The terminal of the process, for main() only. POSIX.
#pragma once
#include <string>

#include "server/cli/context.h"

namespace muster::cli {

Terminal process_terminal();
bool output_reader_left();  // standard output is a pipe or socket that nobody reads any more
void use_local_zone();      // tzset(3)

// Prompts on the terminal and reads a line that is not shown. Ctrl-C throws Problem (kInterrupted)
// with the terminal as it was.
std::string read_secret(const std::string& prompt);

}  // namespace muster::cli
