// SPDX-License-Identifier: Apache-2.0
// Random crashes under load with two servers on one PostgreSQL. The same installation goes through
// all rounds; after each one the ledger of acknowledgements is held against the database, once
// before the agents report again and once after it, and the real doctor looks. CI takes twelve
// rounds, the whole loop (whole_loop.h) 200. MUSTER_FAULT_SEED replays a run's choices.
#include <catch2/catch.hpp>
#include <iostream>

#include "tests/support/programs/two_server_rounds.h"
#include "tests/support/whole_loop.h"

namespace muster::test {
namespace {

std::uint64_t two_server_seed() {
  const char* const text = std::getenv("MUSTER_FAULT_SEED");
  return text != nullptr ? std::stoull(text) : std::random_device{}();
}

}  // namespace

TEST_CASE("with two servers on PostgreSQL no acknowledged report is missing after any crashes",
          "[faults][rounds][postgresql][long]") {
  const std::uint64_t seed = two_server_seed();
  INFO("replay with MUSTER_FAULT_SEED=" << seed);
  const bool is_full = whole_loops();
  TwoServerRounds rounds(seed);
  if (is_full) rounds.allow_long_stalls();
  rounds.make();
  Turns turns("rounds");
  for (int i = 0; i < (is_full ? 200 : 12) && turns.goes_on(); ++i) {
    if (!turns.takes_next()) continue;
    const std::string wrong = rounds.round();
    INFO("round " << rounds.rounds() << ": " << rounds.plan());
    REQUIRE(wrong == "");
    if (is_full && rounds.rounds() % 10 == 0) std::cout << rounds.tally() << std::endl;
  }
  std::cout << "crash rounds, two servers on PostgreSQL: " << rounds.tally()
            << ", 0 missing; MUSTER_FAULT_SEED=" << seed << "\n";
}

TEST_CASE("with commits that PostgreSQL does not flush the same ledger catches the loss",
          "[faults][rounds][control][postgresql]") {
  const std::uint64_t seed = two_server_seed();
  INFO("replay with MUSTER_FAULT_SEED=" << seed);
  TwoServerRounds rounds(seed, false);
  rounds.make();
  std::string wrong;
  while (wrong.empty() && rounds.rounds() < 10)
    wrong = rounds.control_round();
  std::cout << "negative control on PostgreSQL: caught in round " << rounds.rounds() << ": "
            << wrong.substr(0, wrong.find('\n')) << "\n";
  CHECK(wrong.find("was acknowledged, the last one there is") != std::string::npos);
}

}  // namespace muster::test
