// SPDX-License-Identifier: Apache-2.0
// Case 30, two servers: on one PostgreSQL, and the clock of one of them is minutes or hours ahead
// of or behind the other's, also while both take reports, and is then put right. Expected: nothing
// acknowledged is lost or applied in another order, every invariant holds, and who was refused for
// the clock is taken within two cycles after it was put right. Not covered: that times in the
// history are right meanwhile; they are the clock's of the server that took the report.
#include <catch2/catch.hpp>

#include "tests/support/programs/attacked.h"
#include "tests/support/programs/faked_clock.h"
#include "tests/support/programs/machine.h"
#include "tests/support/programs/two_server_rounds.h"

using namespace muster;
using namespace muster::test;

namespace {

constexpr const char* kNoticed = "the clock was set";

}  // namespace

TEST_CASE("30 servers whose clocks are hours apart lose and reorder nothing",
          "[abuse][postgresql][long]") {
  TwoServerRounds pair(30);
  pair.make();
  const FakedClock clock;
  REQUIRE(pair.server(1).stop() == 0);
  REQUIRE(pair.server(1).start(clock.environment()));
  // Set, and noticed by the server that wears it; it calls a jump of four minutes or more so.
  const auto set = [&](const std::string& offset) {
    const auto noticed = [&] {
      const std::string log = pair.server(1).log();
      int times = 0;
      for (auto at = log.find(kNoticed); at != std::string::npos; at = log.find(kNoticed, at + 1))
        ++times;
      return times;
    };
    const int before = noticed();
    clock.set(offset);
    const bool has_noticed = eventually([&] { return noticed() > before; });
    INFO(pair.server(1).log());
    REQUIRE(has_noticed);
  };
  std::vector<const char*> skews = {"+5m", "-5m", "+2h", "-2h"};
  if (kSanitized) skews.resize(1);
  for (const char* const skew : skews) {
    INFO(skew);
    set(skew);
    pair.begin_load();
    const bool served = pair.wait_for_reports(12, 60'000);
    pair.end_load();
    INFO(pair.server(1).log());
    CHECK(served);
    CHECK(pair.examine(false) == "");
    set("+0");
    CHECK(pair.drain() == "");
    CHECK(pair.examine(true) == "");
  }
  CHECK_THAT(pair.server(0).log(), !Catch::Contains(kNoticed));
  const Ended doctor = pair.server(0).doctor();
  INFO(doctor.out);
  // It may, and then must, say that the database has changes of the future; and nothing else.
  if (doctor.code != 0) {
    CHECK_THAT(doctor.out, Catch::Contains("FAILED  clock") && Catch::Contains("1 check FAILED"));
  }
}
