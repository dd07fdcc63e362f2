// SPDX-License-Identifier: Apache-2.0
// muster-agent status: is this machine reporting, and if not, why. Exit code 1 when it is not.
#include "agent/sync/status.h"

#include <ostream>

#include "agent/commands/commands.h"

namespace muster::agent::commands {
namespace {

int show_status(CommandContext& context) {
  auto directory = sync::StateDirectory::open_existing(context.options.state_directory);
  if (!directory && directory.failure().kind == FailureKind::kNotFound)
    directory = sync::StateDirectory::absent(context.options.state_directory);
  if (!directory) return fail(context, directory.failure());
  const auto status = sync::look_at_status(*directory, context.clock);
  if (!status) return fail(context, status.failure());
  context.out << (context.invocation.has("--json") ? sync::status_json(*status)
                                                   : sync::status_text(*status));
  return status->is_reporting() ? kSucceeded : kFailed;
}
}  // namespace

Command status_command() {
  return {{"status",
           "tell whether this machine reports, and if not, why",
           {},
           {{"--json", "", "as JSON"}},
           {}},
          show_status};
}

}  // namespace muster::agent::commands
