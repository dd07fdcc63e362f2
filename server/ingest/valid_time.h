// SPDX-License-Identifier: Apache-2.0
// The valid time of what a report says, by the server's clock (model.md section 2). Within one boot
// the age is measured by CLOCK_BOOTTIME, which neither sleep nor a clock that is set disturbs; for
// an earlier boot the agent's clock is used, corrected by the last offset measured, and the
// revision is marked time_uncertain. Pure; any thread.
#pragma once
#include <algorithm>
#include <cstdint>
#include <optional>

#include "common/support/clock.h"

namespace muster::server::ingest {

struct ReportTimes {
  Instant now;            // the server's clock as the report is taken
  bool same_boot = true;  // collected in the boot in which it was sent
  Instant sent_at;        // the agent's clock
  std::int64_t sent_boottime_ms = 0;
  std::int64_t last_offset_ms =
      0;  // server's clock less agent's clock, as last measured before this report
};

// `collected_at` and `collected_boottime_ms` as the agent sent them. The result is never before
// `not_before` (history only grows at its end) and, unless that is later, never after now.
constexpr Instant valid_time(const ReportTimes& times, Instant collected_at,
                             std::int64_t collected_boottime_ms,
                             std::optional<Instant> not_before) {
  Instant at = times.now;
  if (times.same_boot) {
    at = times.now - std::max<std::int64_t>(times.sent_boottime_ms - collected_boottime_ms, 0);
  } else {
    at = collected_at + times.last_offset_ms;
  }
  at = std::min(at, times.now);
  // Last, so that it wins: where the server's clock was set back, history must not run backwards.
  if (not_before) at = std::max(at, *not_before);
  return at;
}

// The same for a class time ("collected"), which the agent writes by its clock as it is at sent_at,
// so that a clock that was set in between does not matter (decision 0011).
constexpr Instant class_time(const ReportTimes& times, Instant collected_at) {
  if (!times.same_boot) return std::min(collected_at + times.last_offset_ms, times.now);
  return times.now - std::max<std::int64_t>(times.sent_at - collected_at, 0);
}

}  // namespace muster::server::ingest
