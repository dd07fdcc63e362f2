// SPDX-License-Identifier: Apache-2.0
// muster-agent report --preview: exactly the JSON that would be sent next. Nothing is sent, nothing
// changes.
#include <memory>
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/commands/host_choice.h"
#include "agent/sync/daemon.h"

namespace muster::agent::commands {
namespace {

int preview_report(CommandContext& context) {
  auto directory = sync::StateDirectory::open_existing(context.options.state_directory);
  // Before enrolling one may want to see what would leave the machine.
  if (!directory && directory.failure().kind == FailureKind::kNotFound)
    directory = sync::StateDirectory::absent(context.options.state_directory);
  if (!directory) return fail(context, directory.failure());
  const auto host = open_host(context.invocation);
  if (!host) return fail(context, host.failure());
  const auto boot_id = sync::read_boot_id(**host);
  if (!boot_id) return fail(context, boot_id.failure());
  report::SectionCollector collector(*host, std::make_shared<SystemClock>(), collect::collectors(),
                                     &collect::collect_vitals);
  sync::Daemon daemon({*directory,
                       collector,
                       context.options.disabled_sections,
                       context.clock,
                       context.log,
                       {},
                       {},
                       *boot_id});
  const sync::Reporter reporter(*directory, context.clock, context.log);
  const auto preview = reporter.preview(daemon.collect(true));
  if (!preview) return fail(context, preview.failure());
  context.out << *preview << "\n";
  return kSucceeded;
}

}  // namespace

Command report_command() {
  return {{"report",
           "show what the next report would say (--preview)",
           {},
           {{.name = "--preview",
             .value = "",
             .help = "print the JSON that would be sent, and send nothing",
             .is_required = true},
            root_option()},
           {}},
          preview_report};
}

}  // namespace muster::agent::commands
