// SPDX-License-Identifier: Apache-2.0
// muster-agent inventory: looks once and prints what it saw as JSON.
#include <CLI/CLI.hpp>
#include <ostream>

#include "agent/commands/commands.h"
#include "agent/commands/host_choice.h"
#include "agent/commands/section_names.h"
#include "agent/report/collect_sections.h"
#include "agent/report/inventory_json.h"

namespace muster::agent::commands {
namespace {

class InventoryCommand final : public Command {
 public:
  std::string_view name() const override { return "inventory"; }
  std::string_view summary() const override { return "Print the inventory of a machine as JSON"; }

  void set_up(CLI::App& subcommand) override {
    subcommand.add_option("--section", sections_, "Only this section; may be repeated")
        ->allow_extra_args(false);
    subcommand.add_flag("--pretty", pretty_, "Indent the JSON");
    host_.set_up(subcommand);
  }

  int run(CommandContext& context) override {
    const auto wanted = known_sections(sections_);
    if (!wanted) return fail(context, wanted.failure(), kUsage);
    const auto host = host_.open();
    if (!host) return fail(context, host.failure());
    report::SectionCollector collector(*host, std::make_shared<SystemClock>(),
                                       collect::collectors(), &collect::collect_vitals);
    report::InventoryText how{.collected_at = context.clock.now(), .vitals = {}, .pretty = pretty_};
    auto sections = collector.collect(*wanted, context.options.disabled_sections);
    how.vitals = collector.vitals();
    context.out << report::inventory_json(std::move(sections), how);
    return kSucceeded;
  }

 private:
  std::vector<std::string> sections_;
  HostChoice host_;
  bool pretty_ = false;
};

}  // namespace

std::unique_ptr<Command> inventory_command() {
  return std::make_unique<InventoryCommand>();
}

}  // namespace muster::agent::commands
