// SPDX-License-Identifier: Apache-2.0
#include "server/commands/program.h"

#include "server/commands/commands.h"

namespace muster::server::commands {
namespace {

ProgramSpec make_program() {
  ProgramSpec program;
  program.name = "muster-server";
  program.summary = "The server of Muster: what every machine is, and how it came to be so.";
  program.first_step =
      "muster-server init --admin NAME --password-stdin --public-name cmdb.example.org";
  program.options = {
      {"--config", "FILE", "settings (default /etc/muster/server.ini, MUSTER_SERVER_CONFIG)"},
      {"--data", "DIR", "data directory (default /var/lib/muster, MUSTER_SERVER_DATA_DIRECTORY)"},
      {"--verbose", "", "log more"}};
  for (const Command& command : all_commands())
    program.commands.push_back(command.spec);
  return with_standard_commands(std::move(program));
}

}  // namespace

const ProgramSpec& program() {
  static const ProgramSpec kProgram = make_program();
  return kProgram;
}

}  // namespace muster::server::commands
