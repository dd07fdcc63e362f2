// SPDX-License-Identifier: Apache-2.0
// The definition of fault_at() that the programs of tests/faults are linked with: it does what the
// environment says. Any thread.
//
//   MUSTER_FAULT=name:crash|stop|error|no_space[@N][,always][;...]
//       at the Nth time that the point is reached (1), or from then on always
//   MUSTER_FAULT_REACHED=FILE     the name of each point that this process reached is added there
//
// A crash ends the process with kFaultCrash and leaves nothing of it but what is on the disk; what
// the simulated disk (fault_disk.h) makes of unsynced writes is decided by then.
#pragma once
#include <cstdint>
#include <functional>
#include <string_view>

namespace muster::test {

constexpr int kFaultCrash = 86;

// Called once, before the process ends at a crash.
void at_fault_crash(std::function<void()> work);

// For tests inside one process, instead of the environment; "" for none. Counts begin anew.
void set_faults(std::string_view text);
// How often a point was reached since then.
std::int64_t times_reached(std::string_view point);

}  // namespace muster::test
