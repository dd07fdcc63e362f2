// SPDX-License-Identifier: Apache-2.0
// The commands of muster-server. One is one file: a class derived from Command and a function that
// makes it, declared below and named in the list in commands.cpp. A command says what it cannot do
// by throwing (std::runtime_error, Error, StoreError) with a message that names what failed, on
// what, and what to do; run.cpp writes it to `error`. Used by the main thread.
#pragma once
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "common/support/log.h"
#include "common/support/result.h"
#include "server/installation/config.h"

namespace CLI {
class App;
}

namespace muster::server::commands {

inline constexpr int kSucceeded = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// All that a command may use of the world, passed in so that tests own it.
struct CommandContext {
  const installation::ServerConfig& config;
  const Clock& clock;
  const Log& log;
  std::istream& in;
  std::ostream& out;
  std::ostream& error;
};

class Command {
 public:
  virtual ~Command() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;  // one line of --help
  // Adds the command's own flags to its CLI11 subcommand. They are bound to members, which outlive
  // parsing, or to `flags` where they go before a setting.
  virtual void set_up(CLI::App& subcommand, installation::ServerFlags& flags) = 0;
  // Where root starts it, it works as the owner of the data directory (data_owner.h). The rest of
  // the rights of root are kept only for what root names and the owner may not reach.
  virtual bool keeps_way_to_root() const { return false; }
  // False: what is wrong with the owners of files is the command's own to tell.
  virtual bool needs_own_files() const { return true; }
  virtual int run(CommandContext& context) = 0;
};

std::vector<std::unique_ptr<Command>> commands();  // in the order of --help

std::unique_ptr<Command> init_command();
std::unique_ptr<Command> serve_command();
std::unique_ptr<Command> backup_command();
std::unique_ptr<Command> restore_command();
std::unique_ptr<Command> doctor_command();
std::unique_ptr<Command> migrate_command();

}  // namespace muster::server::commands
