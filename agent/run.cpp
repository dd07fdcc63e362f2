// SPDX-License-Identifier: Apache-2.0
#include "agent/run.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <istream>
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/options.h"
#include "common/command/command_line.h"
#include "common/inventory/schema.h"
#include "common/support/clock.h"
#include "common/support/log.h"

namespace muster::agent {
namespace {

void set_up(CLI::App& app, Flags& flags) {
  app.set_version_flag("--version", "muster-agent " MUSTER_VERSION);
  app.add_option(
      "--config", flags.config_file,
      "Configuration file (default " + std::string(kDefaultConfigFile) + ", MUSTER_AGENT_CONFIG)");
  app.add_option("--state-directory", flags.state_directory,
                 "Where the agent keeps its state (default " + std::string(kDefaultStateDirectory) +
                     ", MUSTER_AGENT_STATE_DIRECTORY)");
  app.add_flag("--verbose", flags.verbose, "Tell more on standard error");
  app.require_subcommand(1);
  app.fallthrough();  // the flags above may stand behind the command as well
}

// A misspelt section would otherwise go on being collected without a word.
void warn_of_unknown_sections(const Options& options, const Log& log) {
  for (const std::string& name : options.config.keys("sections")) {
    if (inventory::find_section(name) != nullptr) continue;
    log.warning("configuration", "this version has no such section; see muster-agent sections",
                {{"section", name}, {"at", options.config.origin("sections", name)}});
  }
}

}  // namespace

int run(const std::vector<std::string>& arguments, const Environment& environment, std::istream& in,
        std::ostream& out, std::ostream& error) {
  CLI::App app("Inventories this machine and reports it to a Muster server.", "muster-agent");
  Flags flags;
  set_up(app, flags);
  const std::vector<std::unique_ptr<commands::Command>> all = commands::commands();
  std::vector<CLI::App*> subcommands;
  for (const auto& command : all) {
    subcommands.push_back(
        app.add_subcommand(std::string(command->name()), std::string(command->summary())));
    command->set_up(*subcommands.back());
  }
  if (const auto ended = parse_command_line(app, arguments, out, error)) return *ended;

  const Log log(flags.verbose ? LogLevel::kDebug : LogLevel::kInfo,
                [&error](LogLevel, const std::string& line) { error << line << std::flush; });
  const SystemClock clock;
  const Result<Options> options = load_options(flags, environment);
  const Options none;
  commands::CommandContext context{
      options ? *options : none, clock, log, environment, in, out, error};
  if (!options) return commands::fail(context, options.failure());
  warn_of_unknown_sections(*options, log);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!subcommands[i]->parsed()) continue;
    const int code = all[i]->run(context);
    out.flush();
    if (out.good()) return code;
    return commands::fail(context, {FailureKind::kIo, "standard output could not be written"});
  }
  return commands::kUsage;  // unreachable: require_subcommand
}

}  // namespace muster::agent
