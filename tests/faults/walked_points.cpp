// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/walked_points.h"

#include "agent/sync/fault_points.h"
#include "server/fault_points.h"

namespace muster::test {

std::vector<FaultPointInfo> server_points() {
  std::vector<FaultPointInfo> points(std::begin(server::kFaultPoints),
                                     std::end(server::kFaultPoints));
  points.insert(points.end(), std::begin(kFileFaultPoints), std::end(kFileFaultPoints));
  return points;
}

std::vector<FaultPointInfo> agent_points() {
  std::vector<FaultPointInfo> points(std::begin(kFileFaultPoints), std::end(kFileFaultPoints));
  points.insert(points.end(), std::begin(agent::sync::kFaultPoints),
                std::end(agent::sync::kFaultPoints));
  return points;
}

bool is_known_point(std::string_view name) {
  return is_fault_point(server::kFaultPoints, name) || is_fault_point(kFileFaultPoints, name) ||
         is_fault_point(agent::sync::kFaultPoints, name);
}

}  // namespace muster::test
