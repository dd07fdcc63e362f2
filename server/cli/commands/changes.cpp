// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/change_text.h"

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

int changes(Context& context) {
  if (context.out.list_columns(change_columns())) return kDone;
  Parameters parameters;
  add_span(context, parameters);
  context.add_time(parameters, "at", "--at");
  context.add_time(parameters, "known_at", "--known-at");
  context.add_text(parameters, "section", "--section");
  const List list = context.api().list({"items", context.invocation.required("ITEM"), "changes"},
                                       parameters, context.limit());
  if (context.out.options().format == Format::kJson) {
    context.out.list({}, list.first, list.rows);
    context.say_cut(list);
    return kDone;
  }
  const JsonValue::Array noted = with_notes(list.first, list.rows);
  write_changes(context, noted, false);
  if (noted.empty()) context.remark("no observed change");
  context.say_cut(list);
  say_left_out(context, list.first);
  return kDone;
}

}  // namespace

std::vector<Command> changes_commands() {
  return {{{"changes",
            "what an agent saw change on an item (edits by people: muster audit)",
            {{"ITEM"}},
            {{"--from", "T", "seen at or after"},
             {"--to", "T", "seen before"},
             {"--section", "NAME", "of one section"},
             {"--at", "T", "as it was at that time"},
             {"--known-at", "T", "as it was known at that time"}},
            {"muster changes lap-0421", "muster changes lap-0421 --from yesterday",
             "muster changes lap-0421 --section packages --from '2026-11-20 08:00' --json"}},
           changes}};
}

}  // namespace muster::cli
