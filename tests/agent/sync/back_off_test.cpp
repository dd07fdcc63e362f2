// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/back_off.h"

#include <catch2/catch.hpp>

namespace muster::agent::test {

TEST_CASE("Retries are spread over a bound that doubles from a minute to an hour",
          "[sync][back_off]") {
  const auto at = [](double value) { return [value] { return value; }; };
  const std::int64_t bounds_s[] = {60, 120, 240, 480, 960, 1920, 3600, 3600};
  for (int failures = 1; failures <= 8; ++failures) {
    const std::int64_t bound_ms = bounds_s[failures - 1] * 1000;
    CHECK(sync::retry_delay_ms(failures, std::nullopt, at(0.0)) == 1000);
    CHECK(sync::retry_delay_ms(failures, std::nullopt, at(0.999999)) <= bound_ms);
    CHECK(sync::retry_delay_ms(failures, std::nullopt, at(0.999999)) > bound_ms - 100);
  }
  CHECK(sync::retry_delay_ms(1'000'000, std::nullopt, at(0.999999)) <= sync::kLongestRetryMs);
  CHECK(sync::retry_delay_ms(0, std::nullopt, at(0.5)) <= sync::kFirstRetryMs);
}

TEST_CASE("Retry-After is never undercut and never more than an hour and a fifth",
          "[sync][back_off]") {
  const auto none = [] { return 0.0; };
  const auto most = [] { return 0.999999; };
  CHECK(sync::retry_delay_ms(5, 30, none) == 30'000);
  CHECK(sync::retry_delay_ms(5, 30, most) <= 36'000);
  CHECK(sync::retry_delay_ms(1, 1'000'000'000, none) == sync::kLongestRetryMs);
  CHECK(sync::retry_delay_ms(1, -5, none) == 1000);
}

TEST_CASE("The interval is kept within a tenth and within reason", "[sync][back_off]") {
  CHECK(sync::next_report_delay_ms(900, [] { return 0.0; }) == 810'000);
  CHECK(sync::next_report_delay_ms(900, [] { return 0.5; }) == 900'000);
  CHECK(sync::next_report_delay_ms(-1, [] { return 0.5; }) == 10'000);
  CHECK(sync::next_report_delay_ms(INT64_MAX, [] { return 0.5; }) == 86'400'000);
}

}  // namespace muster::agent::test
