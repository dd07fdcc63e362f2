// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/ticket_undo.h"

#include <array>
#include <optional>
#include <utility>

#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

constexpr std::array<std::pair<const char*, const char*>, 6> kFields = {
    {{"--title", "title"},
     {"--description", "description"},
     {"--requester", "requester"},
     {"--assignee", "assignee"},
     {"--began", "began_at"},
     {"--resolution", "resolution"}}};

std::string text_of(const JsonValue& ticket, const char* name) {
  return ticket.text_at(name).value_or("");
}

// Whether a ticket may become `then` at once (server/desk/ticket_states.h). Where not, it may by
// way of in_progress, which follows every state and leads to every other but new.
bool follows_at_once(const std::string& now, const std::string& then) {
  if (then == "in_progress" || then == "closed") return true;
  if (then == "on_hold") return now == "in_progress";
  return now == "in_progress" || now == "on_hold";  // resolved
}

}  // namespace

std::string ticket_undo(const std::string& number, const JsonValue& before, const JsonValue& after,
                        const Invocation& invocation) {
  ShellCommand undo("muster ticket edit");
  undo.argument(number);
  bool has_undo = false;
  std::string through;  // a command that must come first
  std::string remark;
  std::string input;
  const std::string then = text_of(before, "state");
  const std::string now = text_of(after, "state");
  if (then == "new" && now != then) {
    remark = "a ticket that was new cannot become new again";
  } else if (then != now) {
    if (!follows_at_once(now, then)) {
      through = ShellCommand("muster ticket edit")
                    .argument(number)
                    .flag("--state", "in_progress")
                    .text() +
                " && ";
    }
    undo.flag("--state", then);
    has_undo = true;
    // The server notes when a ticket becomes resolved or closed.
    if (then == "resolved" || then == "closed")
      remark = "the time at which it was resolved becomes that of the undo";
  }
  for (const auto& [flag, name] : kFields) {
    if (!invocation.has(flag)) continue;
    const std::string value = text_of(before, name);
    undo.flag(flag, value);
    has_undo = true;
    // "-" stands for standard input, so it must come from there.
    const std::string field = name;
    if (value == "-" && (field == "description" || field == "resolution")) input = "echo - | ";
  }
  if (has_undo) {
    return "undo: " + through + input + undo.text() + (remark.empty() ? "" : "   (" + remark + ")");
  }
  return remark.empty() ? "nothing was changed" : "no undo: " + remark;
}

}  // namespace muster::cli
