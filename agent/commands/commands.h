// SPDX-License-Identifier: Apache-2.0
// The commands of muster-agent. One is one file: a class derived from Command and a function that
// makes it, declared below and named in the list in commands.cpp. Exit codes: kSucceeded, kFailed,
// kUsage. A failure is told on `error` as what failed, on what, and what to do; nothing else is
// written there, so `out` is what a script reads. Used by the main thread.
#pragma once
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "agent/options.h"
#include "common/support/clock.h"
#include "common/support/log.h"
#include "common/support/result.h"

namespace CLI {
class App;
}

namespace muster::agent::commands {

inline constexpr int kSucceeded = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// All that a command may use of the world, passed in so that tests own it.
struct CommandContext {
  const Options& options;
  const Clock& clock;
  const Log& log;
  const Environment& environment;
  std::istream& in;
  std::ostream& out;
  std::ostream& error;
};

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;  // one line of --help
  // Adds the command's own flags to its CLI11 subcommand; they are bound to members, which outlive
  // parsing.
  virtual void set_up(CLI::App& subcommand) = 0;
  virtual int run(CommandContext& context) = 0;
};

// Writes "muster-agent: MESSAGE" to context.error and returns kFailed, or kUsage when told so.
int fail(CommandContext& context, const Failure& failure, int code = kFailed);

std::vector<std::unique_ptr<Command>> commands();  // in the order of --help

std::unique_ptr<Command> inventory_command();
std::unique_ptr<Command> capture_command();
std::unique_ptr<Command> explain_command();
std::unique_ptr<Command> sections_command();
std::unique_ptr<Command> enroll_command();
std::unique_ptr<Command> run_command();
std::unique_ptr<Command> status_command();
std::unique_ptr<Command> report_command();

}  // namespace muster::agent::commands
