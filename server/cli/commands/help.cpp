// SPDX-License-Identifier: Apache-2.0
// help [TOPIC]: the texts of help_text.h.
#include <ostream>

#include "server/cli/commands/commands.h"
#include "server/cli/help_text.h"

namespace muster::cli {
namespace {

int help(Context& context) {
  std::string topic;
  for (const std::string& word : context.invocation.all("TOPIC"))
    topic += (topic.empty() ? "" : " ") + word;
  context.world.out << help_about(context.commands, topic);
  return kDone;
}

}  // namespace

std::vector<CommandSpec> help_commands() {
  return {{"help",
           "what a command does; flags, times, exit-codes: what all share",
           {{"TOPIC", Count::kOptionalMany}},
           {},
           {"muster help items", "muster help ticket new", "muster help times"},
           help}};
}

}  // namespace muster::cli
