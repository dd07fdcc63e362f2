// SPDX-License-Identifier: Apache-2.0
// The fault points of muster-agent (common/support/fault.h), and the helpers that take these names
// and no others. Any thread.
#pragma once
#include <optional>

#include "common/support/fault.h"

namespace muster::agent::sync {

inline constexpr FaultPointInfo kFaultPoints[] = {
    // state_directory.h
    {"state.write"},
    {"state.rename"},
    {"state.renamed"},
    {"state.remove"},
    // spool.h
    {"spool.append"},
    {"spool.appended", FaultReach::kCrash},
    {"spool.merged"},
    {"spool.replay"},
    {"spool.remove"},
    // reporter.h: one cycle
    {"report.sequence"},
    {"report.sequence_taken"},
    {"report.spooled"},
    {"report.snapshot"},
    {"report.send"},
    {"report.answered"},
    {"report.settle"},
    {"report.saved"},
    {"report.recover"},
    {"report.finish"},
    // enroll.h, agent_identity.h
    {"enroll.key"},
    {"enroll.request"},
    {"enroll.answered"},
    {"enroll.certificate"},
    {"enroll.authorities"},
    {"enroll.agent"},
    {"enroll.promoting"},
    {"enroll.promoted"},
};

// A name of this list; any other does not compile.
using AgentFault = NamedFault<kFaultPoints>;

// The helpers of common/support/fault.h for these names.
inline std::optional<FaultKind> fault_at(AgentFault point) {
  return muster::fault_at(point);
}
inline std::optional<Failure> fault_failure(AgentFault point) {
  return muster::fault_failure(point);
}
inline bool fault_errno(AgentFault point) {
  return muster::fault_errno(point);
}

}  // namespace muster::agent::sync
