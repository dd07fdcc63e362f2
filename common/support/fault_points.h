// SPDX-License-Identifier: Apache-2.0
// What a list of fault points (fault.h) is, and the list of this part. Each program has its own
// (server/fault_points.h, agent/sync/fault_points.h), so that a misspelt name does not compile and
// so that the tests can walk all of them. A point is a place between two steps after which
// something must hold on the disk. Pure.
#pragma once
#include <string_view>

namespace muster {

// What can go wrong at a point. `kCrash` points stand where nothing can be reported any more (after
// a commit, in a destructor): only dying there makes sense.
enum class FaultReach { kErrors, kCrash };

struct FaultPointInfo {
  std::string_view name;
  FaultReach reach = FaultReach::kErrors;
};

// common/support/file.h: a small file is replaced. In both programs.
inline constexpr FaultPointInfo kFileFaultPoints[] = {
    {"file.create"}, {"file.write"}, {"file.sync"}, {"file.rename"}, {"file.renamed"},
};

template <std::size_t kSize>
constexpr bool is_fault_point(const FaultPointInfo (&list)[kSize], std::string_view name) {
  for (const FaultPointInfo& point : list) {
    if (point.name == name) return true;
  }
  return false;
}

}  // namespace muster
