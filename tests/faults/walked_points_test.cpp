// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/walked_points.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "agent/sync/fault_points.h"
#include "server/fault_points.h"

namespace muster::test {
namespace {

std::vector<std::string_view> names(const std::vector<FaultPointInfo>& points) {
  std::vector<std::string_view> out;
  for (const FaultPointInfo& point : points)
    out.push_back(point.name);
  return out;
}

}  // namespace

TEST_CASE("the walks go through every point of their program and every one of small files",
          "[faults][walked]") {
  // A point that is taken out of a list leaves a step without its test: the number says so.
  const std::vector<std::string_view> server = names(server_points());
  REQUIRE(server.size() == 92 + 5);
  CHECK(server.front() == "store.open");
  CHECK(server[91] == "ticket.created");
  CHECK(server[92] == "file.create");
  CHECK(server.back() == "file.renamed");
  const std::vector<std::string_view> agent = names(agent_points());
  REQUIRE(agent.size() == 5 + 27);
  CHECK(agent.front() == "file.create");
  CHECK(agent[5] == "state.write");
  CHECK(agent.back() == "enroll.promoted");
}

TEST_CASE("a name of a fault point stands in one list only, and no other name is one",
          "[faults][walked]") {
  std::set<std::string_view> seen;
  for (const std::string_view name : names(server_points()))
    CHECK(seen.insert(name).second);
  for (const std::string_view name : names(agent_points()))
    CHECK(seen.insert(name).second == !name.starts_with("file."));
  CHECK(std::all_of(seen.begin(), seen.end(), is_known_point));
  CHECK_FALSE(is_known_point("store.opened"));
  // What NamedFault asks while it compiles: the list of one program has no name of the other.
  STATIC_REQUIRE(is_fault_point(server::kFaultPoints, "store.open"));
  STATIC_REQUIRE_FALSE(is_fault_point(server::kFaultPoints, "store.opened"));
  STATIC_REQUIRE_FALSE(is_fault_point(server::kFaultPoints, "state.write"));
  STATIC_REQUIRE_FALSE(is_fault_point(agent::sync::kFaultPoints, "store.open"));
  STATIC_REQUIRE_FALSE(is_fault_point(kFileFaultPoints, "state.write"));
}

}  // namespace muster::test
