// SPDX-License-Identifier: Apache-2.0
// The server stands still for a while (SIGSTOP) and goes on.
#include <catch2/catch.hpp>
#include <iostream>
#include <thread>

#include "common/support/text.h"
#include "server/store/sqlite.h"
#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/simulated_agent.h"

namespace muster::test {
TEST_CASE("a server that stands still for a while takes up where it was", "[faults][pause]") {
  const TemporaryFolder folder;
  FaultServer server(folder.path());
  REQUIRE(server.init().code == 0);
  REQUIRE(server.start());
  SimulatedAgent agent("loom");
  REQUIRE(agent.enroll(server, server.join_code()));
  for (int i = 0; i < 3; ++i) {
    agent.change();
    server.pause();
    std::thread later([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      server.resume();
    });
    const bool taken = agent.cycle(server);
    later.join();
    CHECK(taken);
  }
  CHECK(server.stop() == 0);
  CHECK(server.doctor().code == 0);
  const auto database = server::store::open_sqlite((server.data() / "muster.db").string(), false);
  CHECK(agent.missing_in(*database->connect(true, 0), true) == "");
}

}  // namespace muster::test
