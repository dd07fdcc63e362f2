// SPDX-License-Identifier: Apache-2.0
// muster-agent report --preview: exactly the JSON that would be sent next. Nothing is sent, nothing
// changes.
#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/commands/host_choice.h"
#include "agent/sync/daemon.h"

namespace muster::agent::commands {
namespace {

class ReportCommand final : public Command {
 public:
  std::string_view name() const override { return "report"; }
  std::string_view summary() const override {
    return "Show what the next report would say (--preview)";
  }

  void set_up(CLI::App& subcommand) override {
    subcommand
        .add_flag("--preview", preview_, "Print the JSON that would be sent, and send nothing")
        ->required();
    host_.set_up_root(subcommand);
  }

  int run(CommandContext& context) override {
    auto directory = sync::StateDirectory::open_existing(context.options.state_directory);
    // Before enrolling one may want to see what would leave the machine.
    if (!directory && directory.failure().kind == FailureKind::kNotFound)
      directory = sync::StateDirectory::absent(context.options.state_directory);
    if (!directory) return fail(context, directory.failure());
    const auto host = host_.open();
    if (!host) return fail(context, host.failure());
    const auto boot_id = sync::read_boot_id(**host);
    if (!boot_id) return fail(context, boot_id.failure());
    report::SectionCollector collector(*host, std::make_shared<SystemClock>(),
                                       collect::collectors(), &collect::collect_vitals);
    sync::Daemon daemon({*directory,
                         collector,
                         context.options.disabled_sections,
                         context.clock,
                         context.log,
                         {},
                         {},
                         *boot_id});
    const sync::Reporter reporter(*directory, context.clock, context.log);
    const auto preview = reporter.preview(daemon.gather(true));
    if (!preview) return fail(context, preview.failure());
    context.out << *preview << "\n";
    return kSucceeded;
  }

 private:
  bool preview_ = false;
  HostChoice host_;
};

}  // namespace

std::unique_ptr<Command> report_command() {
  return std::make_unique<ReportCommand>();
}

}  // namespace muster::agent::commands
