// SPDX-License-Identifier: Apache-2.0
#include "common/support/fault.h"

namespace muster {

// Alone in this file, so that a program with a definition of its own does not link this one.
std::optional<FaultKind> fault_at(FaultPoint) {
  return std::nullopt;
}

}  // namespace muster
