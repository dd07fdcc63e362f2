// SPDX-License-Identifier: Apache-2.0
#include "server/commands/commands.h"

namespace muster::server::commands {

std::vector<std::unique_ptr<Command>> commands() {
  std::vector<std::unique_ptr<Command>> all;
  all.push_back(init_command());
  all.push_back(serve_command());
  all.push_back(backup_command());
  all.push_back(restore_command());
  all.push_back(doctor_command());
  all.push_back(migrate_command());
  return all;
}

}  // namespace muster::server::commands
