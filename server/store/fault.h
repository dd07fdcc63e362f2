// SPDX-License-Identifier: Apache-2.0
// A fault point (server/fault_points.h) inside work on the database: fails as the database would.
// In shipped programs it does nothing. Errors: StoreError, kFull or kConnectionLost. Any thread.
#pragma once
#include <string>

#include "server/fault_points.h"
#include "server/store/transaction.h"

namespace muster::server::store {

inline void store_fault(ServerFault point) {
  const auto fault = fault_at(point);
  if (!fault) return;
  const bool full = *fault == FaultKind::kNoSpace;
  throw StoreError(
      full ? StoreErrorKind::kFull : StoreErrorKind::kConnectionLost,
      std::string(point.name()) + (full ? ": database or disk is full" : ": disk I/O error"));
}

}  // namespace muster::server::store
