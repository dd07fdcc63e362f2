// SPDX-License-Identifier: Apache-2.0
#include "server/ca/seen_certificates.h"

#include <catch2/catch.hpp>

namespace muster::server {
namespace {

constexpr std::int64_t kNow = 1'790'000'000'000;
constexpr std::int64_t kHour = 3'600'000;

}  // namespace

TEST_CASE("a certificate is remembered for an hour and never beyond its end", "[ca]") {
  SeenCertificates seen;
  CHECK_FALSE(seen.find("der", {kNow}));
  seen.add("der", {"agent", "serial"}, {kNow + 10 * kHour}, {kNow});
  CHECK(seen.find("der", {kNow})->agent_id == "agent");
  CHECK(seen.find("der", {kNow + kHour - 1})->serial_hex == "serial");
  CHECK_FALSE(seen.find("der", {kNow + kHour}));
  CHECK_FALSE(seen.find("der", {kNow - 1}));  // the clock was set back
  CHECK_FALSE(seen.find("other", {kNow}));

  seen.add("der", {"agent", "serial"}, {kNow + 5}, {kNow});
  CHECK(seen.find("der", {kNow + 4}));
  CHECK_FALSE(seen.find("der", {kNow + 5}));
}

TEST_CASE("what is remembered of certificates is bounded", "[ca]") {
  SeenCertificates seen(2);
  for (const char* der : {"a", "b", "c"})
    seen.add(der, {der, der}, {kNow + kHour}, {kNow});
  CHECK_FALSE(seen.find("a", {kNow}));
  CHECK(seen.find("c", {kNow}));
}

}  // namespace muster::server
