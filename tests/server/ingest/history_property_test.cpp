// SPDX-License-Identifier: Apache-2.0
// The two promises of history (model.md section 2), under random changes, late replays, clocks that
// jump by a day, reassigned source records and edits by hand:
//
//   at=T&known_at=T  answers what was answered at T
//   at=T             answers what was true at T, as known in the end
//
// for items, section rows, section status, searches and their counts. That each table needs both
// time predicates for it is shown in time_predicates_test.cpp.
#include <catch2/catch.hpp>

#include "tests/server/ingest/history_world.h"
#include "tests/support/whole_loop.h"

namespace muster::server {

TEST_CASE("what was answered can be asked again, and what was true is told as it is known now",
          "[ingest][history][long]") {
  const bool full = test::whole_loops();
  const unsigned seeds = full ? 60 : 4;
  test::Turns turns("seeds");
  for (unsigned seed = 1; seed <= seeds && turns.goes_on(); ++seed) {
    if (!turns.takes_next()) continue;
    INFO("seed " << seed);
    World world(seed, World::Delivery::kLate);
    world.run(full ? 400 : 160);
    World prompt(seed, World::Delivery::kPrompt);
    prompt.run(full ? 400 : 160);
    REQUIRE(world.kept().size() > 10);
    world.check_as_known();
    world.check_truth();
    world.check_against(prompt);
  }
}

}  // namespace muster::server
