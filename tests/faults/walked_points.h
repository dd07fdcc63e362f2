// SPDX-License-Identifier: Apache-2.0
// The fault points that the walks over each program go through, in this order: a sample of CI is
// chosen by the place in it. Pure.
#pragma once
#include <string_view>
#include <vector>

#include "common/support/fault_points.h"

namespace muster::test {

std::vector<FaultPointInfo> server_points();  // its own, then those of small files
std::vector<FaultPointInfo> agent_points();   // those of small files, then its own

// A point of some program.
bool is_known_point(std::string_view name);

}  // namespace muster::test
