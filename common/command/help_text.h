// SPDX-License-Identifier: Apache-2.0
// What a program says of itself. Each text fits a screen of 24 lines and 80 columns, so what all
// commands take stands in pages of its own. Pure.
#pragma once
#include <string>
#include <variant>
#include <vector>

#include "common/command/command_spec.h"
#include "common/command/parse.h"

namespace muster {

std::string help_text(const ProgramSpec& program);
std::string help_text(const ProgramSpec& program, const CommandSpec& command);

// The same for what somebody asks about: a command ("ticket new"), a group of them ("ticket"),
// "flags", or a page. Empty: the program. For anything else the hint has the nearest two.
std::variant<std::string, WrongUsage> help_about(const ProgramSpec& program,
                                                 const std::string& topic);

// All that can be asked about.
std::vector<std::string> help_topics(const ProgramSpec& program);

}  // namespace muster
