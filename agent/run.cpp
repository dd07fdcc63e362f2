// SPDX-License-Identifier: Apache-2.0
#include "agent/run.h"

#include <istream>
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/options.h"
#include "agent/program.h"
#include "common/command/command_line.h"
#include "common/inventory/schema.h"
#include "common/support/clock.h"
#include "common/support/log.h"

namespace muster::agent {
namespace {

Flags flags_of(const Invocation& invocation) {
  return {.config_file = invocation.text("--config"),
          .state_directory = invocation.text("--state-directory"),
          .verbose = invocation.has("--verbose")};
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
  const auto line = read_command_line(program(), arguments, out, declared_names());
  if (const auto* wrong = std::get_if<WrongUsage>(&line))
    return tell_wrong_usage(error, program(), *wrong);
  const auto* invocation = std::get_if<Invocation>(&line);
  const Flags flags = invocation == nullptr ? Flags() : flags_of(*invocation);
  const Log log(flags.verbose ? LogLevel::kDebug : LogLevel::kInfo,
                [&error](LogLevel, const std::string& text) { error << text << std::flush; });
  const auto finish = [&](int code) {
    out.flush();
    if (out.good()) return code;
    error << "muster-agent: standard output could not be written\n";
    return kFailed;
  };
  if (invocation == nullptr) return finish(kSucceeded);

  const SystemClock clock;
  const Result<Options> options = load_options(flags, environment);
  const Options none;
  commands::CommandContext context{
      *invocation, options ? *options : none, clock, log, environment, in, out, error};
  if (!options) return commands::fail(context, options.failure());
  warn_of_unknown_sections(*options, log);
  const auto index = invocation->command - program().commands.data();
  return finish(commands::all_commands().at(static_cast<std::size_t>(index)).run(context));
}

}  // namespace muster::agent
