// SPDX-License-Identifier: Apache-2.0
#include "server/commands/commands.h"

namespace muster::server::commands {

const std::vector<Command>& all_commands() {
  static const std::vector<Command> kCommands = {init_command(),   serve_command(),
                                                 backup_command(), restore_command(),
                                                 doctor_command(), migrate_command()};
  return kCommands;
}

}  // namespace muster::server::commands
