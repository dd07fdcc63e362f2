// SPDX-License-Identifier: Apache-2.0
// The names that completion offers beside words and flags: of items, tickets, sections, users. They
// come from the server that was signed in to.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/command/complete.h"
#include "server/cli/context.h"

namespace muster::cli {

enum class NameKind {
  kItem,
  kTicket,
  kSection,
  kClass,
  kField,  // of the query language
  kUser,
  kToken,
  kJoinToken,
  kWaitingAgent,
};

// What is typed there: `name` is that of an argument or a flag of `command`.
struct Offered {
  std::vector<std::string> words = {};
  std::optional<NameKind> names = {};
};
Offered offered_for(const CommandSpec* command, std::string_view name);

// Whatever goes wrong, it knows none: nobody who presses a key wants to read why, or to wait longer
// than two seconds.
ValueSource server_names(World& world);

}  // namespace muster::cli
