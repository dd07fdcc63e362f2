// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/commands.h"

#include <ostream>

#include "common/support/text.h"

namespace muster::agent::commands {

int fail(CommandContext& context, const Failure& failure, int code) {
  context.error << "muster-agent: " << printable(failure.message) << "\n";
  return code;
}

std::vector<std::unique_ptr<Command>> commands() {
  std::vector<std::unique_ptr<Command>> all;
  all.push_back(inventory_command());
  all.push_back(sections_command());
  all.push_back(explain_command());
  all.push_back(capture_command());
  all.push_back(enroll_command());
  all.push_back(run_command());
  all.push_back(status_command());
  all.push_back(report_command());
  return all;
}

}  // namespace muster::agent::commands
