// SPDX-License-Identifier: Apache-2.0
// The server's refusals speak of the API: of members, parameters and times in UTC. Whoever typed a
// command reads of its flags and arguments, and of times in their own zone. Pure.
#pragma once
#include <string>
#include <string_view>

#include "common/command/parse.h"
#include "server/cli/problem.h"
#include "server/cli/times.h"

namespace muster::cli {

void put_into_words_of(Problem& problem, const Invocation& invocation, Zone zone);

// Each RFC 3339 time of the text as people in that zone read it; what is quoted stays.
std::string with_times_of(std::string_view text, Zone zone);

}  // namespace muster::cli
