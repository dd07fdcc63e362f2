// SPDX-License-Identifier: Apache-2.0
#include "server/ca/seen_certificates.h"

#include <catch2/catch.hpp>

namespace muster::server {
namespace {

constexpr std::int64_t kSeenAtMs = 1'790'000'000'000;
constexpr std::int64_t kHour = 3'600'000;

}  // namespace

TEST_CASE("a certificate is remembered for an hour and never beyond its end", "[ca]") {
  ca::SeenCertificates seen;
  CHECK_FALSE(seen.find("der", {kSeenAtMs}));
  seen.add("der", {"agent", "serial"}, {kSeenAtMs + 10 * kHour}, {kSeenAtMs});
  CHECK(seen.find("der", {kSeenAtMs})->agent_id == "agent");
  CHECK(seen.find("der", {kSeenAtMs + kHour - 1})->serial_hex == "serial");
  CHECK_FALSE(seen.find("der", {kSeenAtMs + kHour}));
  CHECK_FALSE(seen.find("der", {kSeenAtMs - 1}));  // the clock was set back
  CHECK_FALSE(seen.find("other", {kSeenAtMs}));

  seen.add("der", {"agent", "serial"}, {kSeenAtMs + 5}, {kSeenAtMs});
  CHECK(seen.find("der", {kSeenAtMs + 4}));
  CHECK_FALSE(seen.find("der", {kSeenAtMs + 5}));
}

TEST_CASE("what is remembered of certificates is bounded", "[ca]") {
  ca::SeenCertificates seen(2);
  for (const char* der : {"a", "b", "c"})
    seen.add(der, {der, der}, {kSeenAtMs + kHour}, {kSeenAtMs});
  CHECK_FALSE(seen.find("a", {kSeenAtMs}));
  CHECK(seen.find("c", {kSeenAtMs}));
}

}  // namespace muster::server
