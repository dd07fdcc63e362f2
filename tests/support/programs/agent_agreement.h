// SPDX-License-Identifier: Apache-2.0
// Whether a real agent and its server agree again after a fault: what the tests of fault points and
// of lost power judge by. Each function says what is wrong; an empty text is nothing.
#pragma once
#include <string>

#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/machine.h"

namespace muster::test {

// The server has just the packages that the machine has.
std::string package_disagreement(const FaultServer& server, const Machine& machine);

// After two cycles: no number of a report was used twice, and the server has just the packages that
// the machine has. `cycle` runs the agent once, without faults, and gives how it ended.
template <class Cycle>
std::string disagreement_after_two_cycles(const FaultServer& server, const Machine& machine,
                                          Cycle cycle) {
  Ended last;
  for (int i = 0; i < 2; ++i) {
    last = cycle();
    if (last.error.find("restored or copied") != std::string::npos)
      return "a number was used twice: " + last.error;
  }
  if (last.code != 0) return "not healed in two cycles: " + all_of(last);
  return package_disagreement(server, machine);
}

// `again`: how a further `enroll` ended, which works or finds the agent enrolled.
std::string enrolment_failure(const Ended& again);

}  // namespace muster::test
