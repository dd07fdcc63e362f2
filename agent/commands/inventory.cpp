// SPDX-License-Identifier: Apache-2.0
// muster-agent inventory: looks once and prints what it saw as JSON.
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/commands/host_choice.h"
#include "agent/commands/section_names.h"
#include "agent/report/collect_sections.h"
#include "agent/report/inventory_json.h"

namespace muster::agent::commands {
namespace {

int print_inventory(CommandContext& context) {
  const auto wanted = known_sections(context.invocation.all("--section"));
  if (!wanted) return fail(context, wanted.failure(), kWrongUsage);
  const auto host = open_host(context.invocation);
  if (!host) return fail(context, host.failure());
  report::SectionCollector collector(*host, std::make_shared<SystemClock>(), collect::collectors(),
                                     &collect::collect_vitals);
  report::InventoryText how{.collected_at = context.clock.now(),
                            .vitals = {},
                            .pretty = context.invocation.has("--pretty")};
  auto sections = collector.collect(*wanted, context.options.disabled_sections);
  how.vitals = collector.vitals();
  context.out << report::inventory_json(std::move(sections), how);
  return kSucceeded;
}
}  // namespace

Command inventory_command() {
  return {{"inventory",
           "print the inventory of a machine as JSON",
           {},
           with_host_options({{"--section", "NAME", "only this section (may be repeated)"},
                              {"--pretty", "", "indent the JSON"}}),
           {"muster-agent inventory --pretty --section disks"}},
          print_inventory};
}

}  // namespace muster::agent::commands
