// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/collector.h"

namespace muster::agent::collect {

inventory::ProviderStatus status_of(const Failure& failure) {
  using inventory::Status;
  switch (failure.kind) {
    case FailureKind::kNotFound:
      return {Status::kNotApplicable, failure.message};
    case FailureKind::kDenied:
      return {Status::kDenied, failure.message};
    case FailureKind::kTimeout:
      return {Status::kTimeout, failure.message};
    default:
      return {Status::kFailed, failure.message};
  }
}

}  // namespace muster::agent::collect
