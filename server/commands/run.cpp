// SPDX-License-Identifier: Apache-2.0
#include "server/commands/run.h"

#include <CLI/CLI.hpp>
#include <istream>
#include <ostream>

#include "common/command/command_line.h"
#include "common/support/clock.h"
#include "common/support/exception_text.h"
#include "common/support/text.h"
#include "server/commands/commands.h"
#include "server/installation/config.h"
#include "server/installation/data_owner.h"

namespace muster::server::commands {
namespace {

void set_up(CLI::App& app, installation::ServerFlags& flags) {
  app.set_version_flag("--version", "muster-server " MUSTER_VERSION);
  app.add_option("--config", flags.config_file,
                 "Configuration file (default " + std::string(installation::kDefaultConfigFile) +
                     ", MUSTER_SERVER_CONFIG)");
  app.add_option("--data", flags.data_directory,
                 "Data directory (default /var/lib/muster, MUSTER_SERVER_DATA_DIRECTORY)");
  app.add_flag("--verbose", flags.verbose, "Log more");
  app.require_subcommand(1);
  app.fallthrough();  // the flags above may stand behind the command as well
}

int fail(std::ostream& error, std::string_view message) {
  error << "muster-server: " << printable(message) << "\n" << std::flush;
  return kFailed;
}

}  // namespace

int run(const std::vector<std::string>& arguments, const Environment& environment, std::istream& in,
        std::ostream& out, std::ostream& error) {
  CLI::App app("The server of Muster: what every machine is, and how it came to be so.",
               "muster-server");
  installation::ServerFlags flags;
  set_up(app, flags);
  const std::vector<std::unique_ptr<Command>> all = commands();
  std::vector<CLI::App*> subcommands;
  for (const auto& command : all) {
    subcommands.push_back(
        app.add_subcommand(std::string(command->name()), std::string(command->summary())));
    command->set_up(*subcommands.back(), flags);
  }
  if (const auto ended = parse_command_line(app, arguments, out, error)) return *ended;

  const Result<installation::ServerConfig> config = installation::load_config(flags, environment);
  if (!config) return fail(error, config.failure().message);
  const Log log(config->log_level,
                [&error](LogLevel, const std::string& line) { error << line << std::flush; });
  const SystemClock clock;
  CommandContext context{*config, clock, log, in, out, error};
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!subcommands[i]->parsed()) continue;
    try {
      installation::work_as_owner(config->data_directory, !all[i]->keeps_way_to_root());
      if (all[i]->needs_own_files()) installation::check_owner(config->data_directory);
      const int code = all[i]->run(context);
      out.flush();
      return out.good() ? code : fail(error, "standard output could not be written");
    } catch (const std::exception& failure) {
      return fail(error, exception_text(failure));
    }
  }
  return kUsage;  // unreachable: require_subcommand
}

}  // namespace muster::server::commands
