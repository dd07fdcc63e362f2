// SPDX-License-Identifier: Apache-2.0
#include "server/query/literal_values.h"

#include <algorithm>
#include <array>

#include "common/support/clock.h"
#include "common/support/text.h"

namespace muster::server::query {
namespace {

constexpr std::size_t kFractionDigits = 6;

struct Unit {
  std::string_view quantity;  // the field's unit
  std::string_view name;
  std::int64_t factor;
};

constexpr std::array kUnits = {
    Unit{"bytes", "B", 1},
    Unit{"bytes", "KiB", std::int64_t{1} << 10},
    Unit{"bytes", "MiB", std::int64_t{1} << 20},
    Unit{"bytes", "GiB", std::int64_t{1} << 30},
    Unit{"bytes", "TiB", std::int64_t{1} << 40},
    Unit{"bytes", "kB", 1'000},
    Unit{"bytes", "MB", 1'000'000},
    Unit{"bytes", "GB", 1'000'000'000},
    Unit{"bytes", "TB", 1'000'000'000'000},
    Unit{"MHz", "MHz", 1},
    Unit{"MHz", "GHz", 1'000},
    Unit{"Mbit/s", "Mbit/s", 1},
    Unit{"Mbit/s", "Gbit/s", 1'000},
    Unit{"MT/s", "MT/s", 1},
    Unit{"age", "s", 1'000},
    Unit{"age", "min", 60'000},
    Unit{"age", "m", 60'000},
    Unit{"age", "h", 3'600'000},
    Unit{"age", "d", 86'400'000},
    Unit{"age", "w", 604'800'000},
};

std::optional<std::int64_t> factor_of(std::string_view quantity, std::string_view name) {
  for (const Unit& unit : kUnits) {
    if (unit.quantity == quantity && lower_ascii(unit.name) == lower_ascii(name))
      return unit.factor;
  }
  return std::nullopt;
}

std::string_view take_digits(std::string_view& text) {
  std::size_t end = 0;
  while (end < text.size() && text[end] >= '0' && text[end] <= '9')
    ++end;
  const std::string_view out = text.substr(0, end);
  text.remove_prefix(end);
  return out;
}

// whole.fraction times factor, cut to a whole number.
std::optional<std::int64_t> scale(std::string_view whole, std::string_view fraction,
                                  std::int64_t factor) {
  const auto number = parse_integer(whole);
  if (!number || *number > kLargestNumber / factor) return std::nullopt;
  std::int64_t out = *number * factor;
  if (!fraction.empty()) {
    std::int64_t power = 1;
    for (std::size_t i = 0; i < fraction.size(); ++i)
      power *= 10;
    const auto part = parse_integer(fraction);
    if (!part) return std::nullopt;
    // factor is below 2^41 and the part below 10^6, so the product stays below 2^61.
    out += *part * factor / power;
  }
  return out <= kLargestNumber ? std::optional(out) : std::nullopt;
}

std::optional<std::int64_t> parse_with_unit(std::string_view text, std::string_view quantity,
                                            bool plain) {
  const bool negative = plain && text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::string_view whole = take_digits(text);
  if (whole.empty()) return std::nullopt;
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty() || fraction.size() > kFractionDigits || text.empty()) return std::nullopt;
  }
  while (text.starts_with(' '))
    text.remove_prefix(1);
  const auto factor =
      text.empty() && plain ? std::optional(std::int64_t{1}) : factor_of(quantity, text);
  if (!factor) return std::nullopt;
  const auto out = scale(whole, fraction, *factor);
  return out && negative ? std::optional(-*out) : out;
}

}  // namespace

std::optional<std::int64_t> parse_quantity(std::string_view text, std::string_view unit) {
  return parse_with_unit(text, unit, true);
}

bool is_unit(std::string_view name) {
  return std::any_of(kUnits.begin(), kUnits.end(),
                     [&](const Unit& unit) { return lower_ascii(unit.name) == lower_ascii(name); });
}

bool is_unit_of(std::string_view quantity, std::string_view name) {
  return factor_of(quantity, name).has_value();
}

std::string_view expected_quantity(std::string_view unit) {
  if (unit == "bytes") return "a number with B, KiB, MiB, GiB, TiB, kB, MB, GB or TB";
  if (unit == "MHz") return "a number with MHz or GHz";
  if (unit == "Mbit/s") return "a number with Mbit/s or Gbit/s";
  if (unit == "MT/s") return "a number with MT/s";
  return "a whole number";
}

std::optional<std::int64_t> parse_age(std::string_view text) {
  return parse_with_unit(text, "age", false);
}

std::optional<TimeSpan> parse_time_span(std::string_view text) {
  constexpr std::size_t kDateLength = 10;
  constexpr std::int64_t kDayMs = 86'400'000;
  if (text.size() == kDateLength) {
    const auto day = parse_rfc3339(std::string(text) + "T00:00:00Z");
    if (!day) return std::nullopt;
    return TimeSpan{day->ms, day->ms + kDayMs - 1};
  }
  const auto at = parse_rfc3339(text);
  if (!at) return std::nullopt;
  return TimeSpan{at->ms, at->ms};
}

std::optional<bool> parse_truth(std::string_view text) {
  const std::string word = lower_ascii(text);
  if (word == "yes" || word == "true") return true;
  if (word == "no" || word == "false") return false;
  return std::nullopt;
}

}  // namespace muster::server::query
