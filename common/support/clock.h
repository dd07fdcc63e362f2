// SPDX-License-Identifier: Apache-2.0
// Time: instants as 64-bit milliseconds since 1970 UTC, their RFC 3339 text, and the clock as a
// thing that is passed in, so that tests own the time. Any thread may use a Clock.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster {

// Milliseconds since 1970-01-01T00:00:00Z, without leap seconds.
struct Instant {
  std::int64_t ms = 0;
  friend constexpr auto operator<=>(Instant, Instant) = default;
};
constexpr Instant operator+(Instant at, std::int64_t ms) {
  return {at.ms + ms};
}
constexpr Instant operator-(Instant at, std::int64_t ms) {
  return {at.ms - ms};
}
constexpr std::int64_t operator-(Instant a, Instant b) {
  return a.ms - b.ms;
}

// The last moment that RFC 3339 can write: the end of the year 9999.
inline constexpr Instant kLastInstant{253'402'300'799'999};

// "2026-11-23T08:12:00Z", with ".mmm" only when the milliseconds are not 0. This is the canonical
// form on the wire.
std::string to_rfc3339(Instant at);

// Any RFC 3339 date-time with an offset (RFC 3339 section 5.6); finer than milliseconds is cut.
// nullopt: not one, or outside the years 1970 to 9999. A time without an offset is refused: nobody
// can know which zone was meant.
std::optional<Instant> parse_rfc3339(std::string_view text);

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
  // Milliseconds since boot, sleep included, never set back (CLOCK_BOOTTIME).
  virtual std::int64_t boottime_ms() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
  std::int64_t boottime_ms() const override;
};

}  // namespace muster
