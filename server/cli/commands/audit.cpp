// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

// {"owner":{"before":"kos","after":"novak"},"reason":"lost"} as "owner: kos to novak; reason:
// lost".
std::string detail_text(const JsonValue& detail) {
  if (detail.object() == nullptr) return plain_text(detail);
  std::string text;
  for (const auto& [name, value] : *detail.object()) {
    text += (text.empty() ? "" : "; ") + name + ": ";
    const JsonValue* before = value.find("before");
    const JsonValue* after = value.find("after");
    const auto side = [](const JsonValue* each) {
      return each == nullptr || each->is_null() ? std::string("nothing") : plain_text(*each);
    };
    text += before == nullptr && after == nullptr ? plain_text(value)
                                                  : side(before) + " to " + side(after);
  }
  return text;
}

JsonValue::Array for_people(const JsonValue::Array& entries) {
  JsonValue::Array out;
  for (const JsonValue& entry : entries) {
    JsonValue::Object members;
    for (const auto& [name, value] : *entry.object())
      members.emplace_back(name, name == "detail" ? JsonValue(detail_text(value)) : value);
    out.emplace_back(std::move(members));
  }
  return out;
}

// Nothing found is an answer, unless what was asked for is not there at all.
void say_nothing_found(Context& context) {
  context.remark("no entry matches");
  const auto actor = context.invocation.text("--actor");
  if (!actor) return;
  try {
    const JsonValue::Array users = context.api().list({"users"}, {}, std::nullopt).rows;
    const bool is_user = std::any_of(users.begin(), users.end(), [&](const JsonValue& user) {
      return user.text_at("name") == *actor;
    });
    if (!is_user) context.remark("there is no user " + *actor + " (muster user list)");
  } catch (const Problem& problem) {
    // Whoever may read the audit log need not be allowed to list users.
    if (problem.exit_code != kNotAllowed) throw;
  }
}

int audit(Context& context) {
  static const std::vector<Column> kColumns = {
      {"at", Kind::kTime},
      {"actor", Kind::kName},
      {"action", Kind::kName},
      {"object", Kind::kName, true, "-"},
      {"detail", Kind::kText, true, "-", "", Giving{Fit::kWords, 0, 20}},
      {"address", Kind::kName, true, "-", "from", Giving{Fit::kWhole, 1}},
      {"audit_id", Kind::kNumber, false},
      {"request_id", Kind::kText, false, "-"},
  };
  Parameters parameters;
  context.add_text(parameters, "actor", "--actor");
  context.add_text(parameters, "action", "--action");
  context.add_text(parameters, "object", "--object");
  add_span(context, parameters);
  if (context.out.list_columns(kColumns)) return kDone;
  context.out.chosen(kColumns);
  const List list = context.api().list({"audit"}, parameters, context.limit());
  if (list.rows.empty() && context.out.is_text()) {
    say_nothing_found(context);
    return kDone;
  }
  context.out.list(kColumns, list.first,
                   context.out.is_terminal() ? for_people(list.rows) : list.rows);
  context.say_cut(list);
  return kDone;
}

}  // namespace

std::vector<Command> audit_commands() {
  return {{{"audit",
            "who did what",
            {},
            {{"--actor", "NAME", "by whom"},
             {"--action", "ACTION", "such as item.purge"},
             {"--object", "OBJECT", "to what: an item, INC-1042, user/3, agent/..., ..."},
             {"--from", "T", "at or after"},
             {"--to", "T", "before"}},
            {"muster audit --actor ana --from yesterday", "muster audit --object lap-0421 --csv"}},
           audit}};
}

}  // namespace muster::cli
