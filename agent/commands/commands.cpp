// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/commands.h"

#include <ostream>

#include "common/support/text.h"

namespace muster::agent::commands {

int fail(CommandContext& context, const Failure& failure, int code) {
  context.error << "muster-agent: " << printable(failure.message) << "\n";
  return code;
}

const std::vector<Command>& all_commands() {
  static const std::vector<Command> kCommands = {
      inventory_command(), sections_command(), explain_command(), capture_command(),
      enroll_command(),    run_command(),      status_command(),  report_command()};
  return kCommands;
}

}  // namespace muster::agent::commands
