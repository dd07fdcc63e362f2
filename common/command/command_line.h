// SPDX-License-Identifier: Apache-2.0
// What the programs do with their command lines before any command of theirs runs: help, version
// and completion are answered here, mistakes are told in words, with what may have been meant.
// Main thread.
#pragma once
#include <iosfwd>
#include <string>
#include <variant>
#include <vector>

#include "common/command/command_spec.h"
#include "common/command/complete.h"
#include "common/command/parse.h"

namespace muster {

// Exit codes that all programs share; muster has more (server/cli/problem.h).
inline constexpr int kSucceeded = 0;
inline constexpr int kFailed = 1;
inline constexpr int kWrongUsage = 2;

struct Answered {};  // what was asked was written to `out`

// `program` is one with_standard_commands(). The invocation is one of its own commands.
std::variant<Invocation, Answered, WrongUsage> read_command_line(
    const ProgramSpec& program, const std::vector<std::string>& arguments, std::ostream& out,
    const ValueSource& values = {});

// "muster-agent: there is no flag --forse" and "try: --force"; returns kWrongUsage.
int tell_wrong_usage(std::ostream& error, const ProgramSpec& program, const WrongUsage& wrong);

}  // namespace muster
