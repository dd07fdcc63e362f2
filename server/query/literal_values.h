// SPDX-License-Identifier: Apache-2.0
// Numbers, sizes, clock rates, ages, times and truth values as a query has them. Pure; any thread;
// nullopt: the text is not of that kind.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace muster::server::query {

// Numbers beyond this are refused, so that every bound can be moved by one without overflow.
constexpr std::int64_t kLargestNumber = std::int64_t{1} << 60;

// A number in the field's unit: "8GiB" and "1.5GB" for "bytes", "2.4GHz" for "MHz", "1Gbit/s" for
// "Mbit/s"; a plain number for every unit.
std::optional<std::int64_t> parse_quantity(std::string_view text, std::string_view unit);
std::string_view expected_quantity(std::string_view unit);  // for the error: an example

// True for the name of a unit, in any case: of any quantity, or of the given one ("age" for ages).
bool is_unit(std::string_view name);
bool is_unit_of(std::string_view quantity, std::string_view name);

// "90s", "15min" or "15m", "12h", "7d", "2w" as milliseconds.
std::optional<std::int64_t> parse_age(std::string_view text);

// A stretch of time in milliseconds since 1970 UTC: a whole day for "2026-11-23", one instant for
// an RFC 3339 time, which needs its offset.
struct TimeSpan {
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
};
std::optional<TimeSpan> parse_time_span(std::string_view text);
inline constexpr std::string_view kExpectedTime =
    "an age such as 7d (s, min, h, d, w), a date such as 2026-11-23 (UTC), or a time such as "
    "2026-11-23T08:00:00+01:00";

std::optional<bool> parse_truth(std::string_view text);  // yes, no, true, false

}  // namespace muster::server::query
