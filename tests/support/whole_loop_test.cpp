// SPDX-License-Identifier: Apache-2.0
#include "tests/support/whole_loop.h"

#include <catch2/catch.hpp>
#include <stdexcept>
#include <vector>

#include "tests/support/program.h"

namespace muster::test {
namespace {

// The turns that a loop of ten takes here.
std::vector<std::int64_t> taken_of_ten(Sample sample = {}) {
  std::vector<std::int64_t> out;
  Turns turns("ten", sample);
  for (int i = 0; i < 10 && turns.goes_on(); ++i) {
    if (turns.takes_next()) out.push_back(turns.turn());
  }
  return out;
}

}  // namespace

TEST_CASE("a sample takes the same turns each time, the whole loop all of them", "[support]") {
  const std::vector<std::int64_t> sample = {1, 5, 9};
  if (!whole_loops()) CHECK(taken_of_ten({.every = 4, .first = 1}) == sample);
  const Setting full("MUSTER_TEST_FULL", "1");
  CHECK(taken_of_ten({.every = 4, .first = 1}).size() == 10);
}

TEST_CASE("a loop whose time is up goes on where it stopped", "[support]") {
  const TemporaryFolder folder;
  const Setting full("MUSTER_TEST_FULL", "1");
  const Setting file("MUSTER_TEST_TURNS", (folder.path() / "turns").string());
  {
    const Setting minutes("MUSTER_TEST_MINUTES", "0");
    CHECK(taken_of_ten().empty());
  }
  CHECK(read_whole(folder.path() / "turns") == "0\tten\n");
  try {
    Turns turns("ten");
    while (turns.takes_next() && turns.turn() < 4) {
    }
    throw std::runtime_error("turn 4 fails");
  } catch (const std::runtime_error&) {
  }
  CHECK(read_whole(folder.path() / "turns") == "5\tten\n");
  CHECK(taken_of_ten() == std::vector<std::int64_t>{5, 6, 7, 8, 9});
  CHECK(read_whole(folder.path() / "turns") == "done\tten\n");
  CHECK(taken_of_ten().empty());
}

}  // namespace muster::test
