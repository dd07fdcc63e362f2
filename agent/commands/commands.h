// SPDX-License-Identifier: Apache-2.0
// The commands of muster-agent. One is one file: a function that does it and one that declares it,
// named below and in the list in commands.cpp. Exit codes: kSucceeded, kFailed, kWrongUsage. A
// failure is told on `error` as what failed, on what, and what to do; nothing else is written
// there, so `out` is what a script reads. Used by the main thread.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "agent/options.h"
#include "common/command/command_line.h"
#include "common/support/clock.h"
#include "common/support/log.h"
#include "common/support/result.h"

namespace muster::agent::commands {

// All that a command may use of the world, passed in so that tests own it.
struct CommandContext {
  const Invocation& invocation;
  const Options& options;
  const Clock& clock;
  const Log& log;
  const Environment& environment;
  std::istream& in;
  std::ostream& out;
  std::ostream& error;
};

struct Command {
  CommandSpec spec;
  int (*run)(CommandContext&);  // returns the exit code
};

// Writes "muster-agent: MESSAGE" to context.error and returns kFailed, or kWrongUsage when told so.
int fail(CommandContext& context, const Failure& failure, int code = kFailed);

const std::vector<Command>& all_commands();  // in the order of --help

Command inventory_command();
Command sections_command();
Command explain_command();
Command capture_command();
Command enroll_command();
Command run_command();
Command status_command();
Command report_command();

}  // namespace muster::agent::commands
