// SPDX-License-Identifier: Apache-2.0
// What may come in place of the word that somebody is typing. Commands, verbs, flags and choices
// come from the declarations; names come from whoever knows them.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "server/cli/arguments.h"
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

// Names of a kind; those that do not begin with `prefix` may be among them.
using NameSource =
    std::function<std::vector<std::string>(NameKind kind, const std::string& prefix)>;

// `words` is everything behind "muster"; what fits the last of them, sorted. A field ends with ":".
std::vector<std::string> completions(const std::vector<CommandSpec>& commands,
                                     const std::vector<std::string>& words,
                                     const NameSource& names = {});

// Names of the server that was signed in to. Whatever goes wrong, it knows none: nobody who presses
// a key wants to read why, or to wait longer than two seconds.
NameSource server_names(World& world);

}  // namespace muster::cli
