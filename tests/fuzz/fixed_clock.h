// SPDX-License-Identifier: Apache-2.0
// The same moment for every run of a fuzz target, 2026-09-21. Any thread.
#pragma once
#include "common/support/clock.h"

namespace muster::fuzz {

class FixedClock final : public Clock {
 public:
  Instant now() const override { return {1'790'000'000'000}; }
  std::int64_t boottime_ms() const override { return 1'000'000; }
};

}  // namespace muster::fuzz
