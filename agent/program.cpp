// SPDX-License-Identifier: Apache-2.0
#include "agent/program.h"

#include "agent/commands/commands.h"
#include "common/inventory/schema.h"

namespace muster::agent {
namespace {

ProgramSpec make_program() {
  ProgramSpec program;
  program.name = "muster-agent";
  program.summary = "Inventories this machine and reports it to a Muster server.";
  program.first_step = "muster-agent enroll JOIN_CODE";
  program.options = {
      {"--config", "FILE", "settings (default /etc/muster/agent.ini, MUSTER_AGENT_CONFIG)"},
      {"--state-directory", "DIR",
       "where the agent keeps its state (default /var/lib/muster-agent, "
       "MUSTER_AGENT_STATE_DIRECTORY)"},
      {"--verbose", "", "tell more on standard error"}};
  for (const commands::Command& command : commands::all_commands())
    program.commands.push_back(command.spec);
  return with_standard_commands(std::move(program));
}

}  // namespace

const ProgramSpec& program() {
  static const ProgramSpec kProgram = make_program();
  return kProgram;
}

ValueSource declared_names() {
  return [](const CommandSpec*, std::string_view name, const std::string& prefix) {
    std::vector<std::string> names;
    if (name != "--section" && name != "SECTION[.FIELD]") return names;
    const bool wants_field = name != "--section" && prefix.find('.') != std::string::npos;
    for (const inventory::SectionSchema& section : inventory::section_schemas()) {
      if (!wants_field) {
        names.emplace_back(section.name);
        continue;
      }
      for (const inventory::FieldSchema& field : section.fields)
        names.push_back(std::string(section.name) + "." + std::string(field.name));
    }
    return names;
  };
}

}  // namespace muster::agent
