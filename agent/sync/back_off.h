// SPDX-License-Identifier: Apache-2.0
// The delays before a retry and before the next report. Thousands of agents that lost one server at
// the same moment must not come back at the same moment, so every delay is partly random. Pure: the
// random numbers are passed in.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>

namespace muster::agent::sync {

using Chance = std::function<double()>;  // uniform in [0, 1)

inline constexpr std::int64_t kFirstRetryMs = 60'000;
inline constexpr std::int64_t kLongestRetryMs = 3'600'000;

// The n-th failure in a row (from 1): "full jitter", uniform between 1 s and a bound that doubles
// from 1 min to 1 h. With Retry-After the delay is never shorter than the server asked for, and up
// to a fifth longer.
inline std::int64_t retry_delay_ms(int failures, std::optional<std::int64_t> retry_after_s,
                                   const Chance& chance) {
  if (retry_after_s) {
    const std::int64_t asked_ms =
        std::clamp<std::int64_t>(*retry_after_s, 1, kLongestRetryMs / 1000) * 1000;
    return asked_ms + static_cast<std::int64_t>(static_cast<double>(asked_ms) * 0.2 * chance());
  }
  const int doublings = std::clamp(failures - 1, 0, 6);
  const std::int64_t bound_ms = std::min(kFirstRetryMs << doublings, kLongestRetryMs);
  return 1000 + static_cast<std::int64_t>(static_cast<double>(bound_ms - 1000) * chance());
}

// The interval that the server asked for, give or take a tenth.
inline std::int64_t next_report_delay_ms(std::int64_t interval_s, const Chance& chance) {
  const double interval_ms =
      static_cast<double>(std::clamp<std::int64_t>(interval_s, 10, 86'400)) * 1000;
  return static_cast<std::int64_t>(std::lround(interval_ms * (0.9 + 0.2 * chance())));
}

// The part of a certificate's life after which it is renewed: two thirds, give or take a twentieth.
inline double renewal_point(const Chance& chance) {
  return 2.0 / 3.0 + (chance() - 0.5) / 10;
}

}  // namespace muster::agent::sync
