// SPDX-License-Identifier: Apache-2.0
// Why a machine does not report and what a person can do about it, in the words of `muster-agent
// status`. The two belong together: the advice mends what the reason names, or says where it can be
// mended if not on this machine. Pure.
#pragma once
#include <string>

#include "agent/sync/status.h"

namespace muster::agent::sync {

// Both of a status that is not reporting. `why_not` may hold what a server wrote: not printable
// yet.
std::string why_not(const AgentStatus& status);
std::string what_to_do(const AgentStatus& status);

std::string span_text(std::int64_t ms);  // "40 s", "15 min", "2 h", "6 d"
// "15 min ago"; a time in the future was written by a clock that was ahead, and the text says so.
std::string ago_text(Instant now, Instant then);

}  // namespace muster::agent::sync
