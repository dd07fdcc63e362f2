// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

int audit(Context& context) {
  static const std::vector<Column> kColumns = {
      {"at", Kind::kTime},
      {"actor"},
      {"action"},
      {"object", Kind::kText, true, "-"},
      {"detail", Kind::kText, true, "-"},
      {"address", Kind::kText, false, "-"},
      {"audit_id", Kind::kNumber, false},
      {"request_id", Kind::kText, false, "-"},
  };
  Parameters parameters;
  context.add_text(parameters, "actor", "--actor");
  context.add_text(parameters, "action", "--action");
  context.add_text(parameters, "object", "--object");
  context.add_time(parameters, "from", "--from");
  context.add_time(parameters, "to", "--to");
  return show_list(context, {"audit"}, parameters, kColumns);
}

}  // namespace

std::vector<CommandSpec> audit_commands() {
  return {
      {"audit",
       "who did what",
       {},
       {{"--actor", "NAME", "by whom"},
        {"--action", "ACTION", "such as item.purge"},
        {"--object", "OBJECT", "to what, such as item/17"},
        {"--from", "T", "at or after"},
        {"--to", "T", "before"}},
       {"muster audit --actor ana --from yesterday", "muster audit --object item/17 --csv --all"},
       audit}};
}

}  // namespace muster::cli
