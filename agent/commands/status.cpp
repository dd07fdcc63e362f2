// SPDX-License-Identifier: Apache-2.0
// muster-agent status: is this machine reporting, and if not, why. Exit code 1 when it is not.
#include "agent/sync/status.h"

#include <CLI/CLI.hpp>
#include <ostream>

#include "agent/commands/commands.h"

namespace muster::agent::commands {
namespace {

class StatusCommand final : public Command {
 public:
  std::string_view name() const override { return "status"; }
  std::string_view summary() const override {
    return "Tell whether this machine reports, and if not, why";
  }

  void set_up(CLI::App& subcommand) override { subcommand.add_flag("--json", json_, "As JSON"); }

  int run(CommandContext& context) override {
    auto directory = sync::StateDirectory::open_existing(context.options.state_directory);
    if (!directory && directory.failure().kind == FailureKind::kNotFound)
      directory = sync::StateDirectory::absent(context.options.state_directory);
    if (!directory) return fail(context, directory.failure());
    const auto status = sync::look_at_status(*directory, context.clock);
    if (!status) return fail(context, status.failure());
    context.out << (json_ ? sync::status_json(*status) : sync::status_text(*status));
    return status->is_reporting() ? kSucceeded : kFailed;
  }

 private:
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> status_command() {
  return std::make_unique<StatusCommand>();
}

}  // namespace muster::agent::commands
