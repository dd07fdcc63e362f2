// SPDX-License-Identifier: Apache-2.0
// The commands of muster-server. One is one file: a function that does it and one that declares it,
// named below and in the list in commands.cpp. A command says what it cannot do by throwing
// (std::runtime_error, Error, StoreError) with a message that names what failed, on what, and what
// to do; run.cpp writes it to `error`. Used by the main thread.
#pragma once
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/command/command_line.h"
#include "common/support/clock.h"
#include "common/support/log.h"
#include "common/support/result.h"
#include "server/installation/config.h"

namespace muster::server::commands {

// All that a command may use of the world, passed in so that tests own it.
struct CommandContext {
  const Invocation& invocation;
  const installation::ServerConfig& config;
  const Clock& clock;
  const Log& log;
  std::istream& in;
  std::ostream& out;
  std::ostream& error;
};

struct Command {
  CommandSpec spec;
  int (*run)(CommandContext&);  // returns the exit code
  // Where root starts it, it works as the owner of the data directory (data_owner.h). The rest of
  // the rights of root are kept only for what root names and the owner may not reach.
  bool keeps_way_to_root = false;
  // False: what is wrong with the owners of files is the command's own to tell.
  bool needs_own_files = true;
};

const std::vector<Command>& all_commands();  // in the order of --help

Command init_command();
Command serve_command();
Command backup_command();
Command restore_command();
Command doctor_command();
Command migrate_command();

}  // namespace muster::server::commands
