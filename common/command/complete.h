// SPDX-License-Identifier: Apache-2.0
// What may come in place of the word that somebody is typing. Commands, verbs, flags and choices
// come from the declarations; other values come from the program.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/command/command_spec.h"

namespace muster {

// Values that fit where `name` ("ITEM", "--class") of `command` (nullptr: before any) is typed. One
// that ends with ":" goes on behind it. Those that do not begin with `prefix` may be among them.
using ValueSource = std::function<std::vector<std::string>(
    const CommandSpec* command, std::string_view name, const std::string& prefix)>;

// Offered alone, in place of values that are files or folders: the shell knows those.
inline constexpr std::string_view kCompleteFiles = ":files";
inline constexpr std::string_view kCompleteFolders = ":folders";

// `words` is everything behind the name of the program; what fits the last of them, sorted.
std::vector<std::string> completions(const ProgramSpec& program,
                                     const std::vector<std::string>& words,
                                     const ValueSource& values = {});

}  // namespace muster
