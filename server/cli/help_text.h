// SPDX-License-Identifier: Apache-2.0
// What muster says of itself. Each text fits a screen of 24 lines and 80 columns, so what all
// commands take stands in pages of its own. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "server/cli/arguments.h"

namespace muster::cli {

std::string help_text(const std::vector<CommandSpec>& commands);  // of the program
std::string help_text(const CommandSpec& command);

// The same for what somebody asks about: a command ("ticket new"), a group of them ("ticket"), or
// "flags", "times", "exit-codes". Empty: the program. Throws Problem (kUsage) with the nearest two.
std::string help_about(const std::vector<CommandSpec>& commands, const std::string& topic);

// All that can be asked about.
std::vector<std::string> help_topics(const std::vector<CommandSpec>& commands);

}  // namespace muster::cli
