// SPDX-License-Identifier: Apache-2.0
// When something in a report was so, by the server's clock (model.md section 2). The age within one
// boot is told by CLOCK_BOOTTIME, which neither sleep nor a set clock disturbs; only for an earlier
// boot the agent's clock is used, corrected by the last offset measured, and the result is marked.
// Pure; any thread.
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

// `collected_at` and `collected_boottime_ms` as the agent told them; never before `not_before`
// (history only grows at its end), never after now.
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
  // The last word: where the server's clock was set back, history still does not run backwards.
  if (not_before) at = std::max(at, *not_before);
  return at;
}

// The server's time for a class time ("collected"), which the agent tells by its clock as it is at
// sent_at.
constexpr Instant class_time(const ReportTimes& times, Instant collected_at) {
  if (!times.same_boot) return std::min(collected_at + times.last_offset_ms, times.now);
  return times.now - std::max<std::int64_t>(times.sent_at - collected_at, 0);
}

}  // namespace muster::server::ingest
