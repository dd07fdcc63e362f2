// SPDX-License-Identifier: Apache-2.0
#include "server/commands/run.h"

#include <istream>
#include <ostream>

#include "common/command/command_line.h"
#include "common/support/clock.h"
#include "common/support/exception_text.h"
#include "common/support/text.h"
#include "server/commands/commands.h"
#include "server/commands/program.h"
#include "server/installation/config.h"
#include "server/installation/data_owner.h"

namespace muster::server::commands {
namespace {

installation::ServerFlags flags_of(const Invocation& invocation) {
  const auto port = [&](std::string_view flag) -> std::optional<int> {
    const auto number = invocation.integer(flag);
    return number ? std::optional(static_cast<int>(*number)) : std::nullopt;
  };
  return {.config_file = invocation.text("--config"),
          .data_directory = invocation.text("--data"),
          .people_port = port("--people-port"),
          .agents_port = port("--agents-port"),
          .verbose = invocation.has("--verbose")};
}

int fail(std::ostream& error, std::string_view message) {
  error << "muster-server: " << printable(message) << "\n" << std::flush;
  return kFailed;
}

}  // namespace

int run(const std::vector<std::string>& arguments, const Environment& environment, std::istream& in,
        std::ostream& out, std::ostream& error) {
  const auto line = read_command_line(program(), arguments, out);
  if (const auto* wrong = std::get_if<WrongUsage>(&line))
    return tell_wrong_usage(error, program(), *wrong);
  const auto finish = [&](int code) {
    out.flush();
    return out.good() ? code : fail(error, "standard output could not be written");
  };
  const auto* invocation = std::get_if<Invocation>(&line);
  if (invocation == nullptr) return finish(kSucceeded);

  const Result<installation::ServerConfig> config =
      installation::load_config(flags_of(*invocation), environment);
  if (!config) return fail(error, config.failure().message);
  const Log log(config->log_level,
                [&error](LogLevel, const std::string& text) { error << text << std::flush; });
  const SystemClock clock;
  CommandContext context{*invocation, *config, clock, log, in, out, error};
  const auto index = invocation->command - program().commands.data();
  const Command& command = all_commands().at(static_cast<std::size_t>(index));
  try {
    installation::work_as_owner(config->data_directory, !command.keeps_way_to_root);
    if (command.needs_own_files) installation::check_owner(config->data_directory);
    return finish(command.run(context));
  } catch (const std::exception& failure) {
    return fail(error, exception_text(failure));
  }
}

}  // namespace muster::server::commands
