// SPDX-License-Identifier: Apache-2.0
// The fault points that no ordinary life of a server comes to: a batch of writes of which one fails
// and whose others are done again (store.redo), and the next certificate authority, which is made
// nine years after the first (authority.rolled_over). CI takes two of five kinds of faults.
#include <catch2/catch.hpp>
#include <iostream>
#include <thread>

#include "common/crypto/issue.h"
#include "common/support/file.h"
#include "server/store/sqlite.h"
#include "tests/faults/active_fault.h"
#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/simulated_agent.h"
#include "tests/support/whole_loop.h"

namespace muster::test {
namespace {

constexpr int kAgents = 6;

struct World {
  World() : server(folder.path()) {
    REQUIRE(server.init().code == 0);
    REQUIRE(server.start());
    const std::string code = server.join_code();
    for (int i = 0; i < kAgents; ++i) {
      agents.emplace_back("loom-" + std::to_string(i));
      REQUIRE(agents.back().enroll(server, code));
      REQUIRE(agents.back().cycle(server));
    }
    REQUIRE(server.stop() == 0);
  }

  std::unique_ptr<server::store::Connection> connection() const {
    return server::store::open_sqlite((server.data() / "muster.db").string(), false)
        ->connect(false, 0);
  }
  // All agents report while somebody else holds the lock on writing, so that their reports wait
  // together.
  void report_together() {
    const auto holder = connection();
    holder->begin(true);
    std::vector<std::thread> threads;
    for (SimulatedAgent& agent : agents) {
      threads.emplace_back([&] {
        agent.change();
        agent.cycle(server);
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    holder->rollback();
    for (std::thread& thread : threads)
      thread.join();
  }
  // What is wrong now, and once everything runs again.
  std::string settle() {
    server.kill();
    std::string wrong = missing();
    if (!wrong.empty()) return wrong;
    if (!server.start()) return "it does not start: " + server.log();
    for (SimulatedAgent& agent : agents) {
      if (!agent.cycle(server) && !agent.cycle(server)) return "an agent is not taken";
    }
    if (server.stop() != 0) return "it does not stop";
    return missing();
  }
  std::string missing() {
    const Ended doctor = server.doctor();
    if (doctor.code != 0) return doctor.out + doctor.error;
    const auto reader = connection();
    std::string wrong;
    for (SimulatedAgent& agent : agents)
      wrong += agent.missing_in(*reader, true);
    return wrong;
  }

  TemporaryFolder folder;
  FaultServer server;
  std::vector<SimulatedAgent> agents;
};

std::vector<std::string> kinds() {
  if (!whole_loops()) return {"crash", "error"};
  return {"crash", "error", "error,always", "no_space", "no_space,always"};
}

}  // namespace

TEST_CASE("what is done again after a batch failed is acknowledged only when it is there",
          "[faults][points]") {
  World world;
  const auto reached = world.folder.path() / "reached";
  const auto was_reached = [&] {
    return read_whole(reached).find("store.redo\n") != std::string::npos;
  };
  for (const std::string& kind : kinds()) {
    INFO(kind);
    std::filesystem::remove(reached);
    // Which work is the one that fails is chance; that it has company is nearly certain.
    for (int attempt = 0; attempt < 20 && !was_reached(); ++attempt) {
      if (!world.server.is_running()) {
        world.server.start({"MUSTER_FAULT=store.worked:error@" + std::to_string(10 + attempt) +
                                ";store.redo:" + kind,
                            "MUSTER_FAULT_REACHED=" + reached.string()});
      }
      for (int i = 0; i < 4 && world.server.is_running() && !was_reached(); ++i)
        world.report_together();
      if (!was_reached()) world.server.kill();
    }
    CHECK(was_reached());
    if (kind == "crash") CHECK(world.server.wait_ms(10'000) == kFaultCrash);
    CHECK(world.settle() == "");
  }
}

TEST_CASE(
    "whatever goes wrong behind the next certificate authority, there is one, and agents go on",
    "[faults][points]") {
  World world;
  const auto ca = world.server.data() / "ca";
  const auto key = crypto::PrivateKey::load(ca / "ca.key").value();
  const SystemClock clock;
  const Instant long_ago{clock.now().ms - 9 * 366 * crypto::kDayMs};
  const std::string old = crypto::issue_authority(key, long_ago).value().certificate.to_pem();
  for (const std::string& kind : kinds()) {
    INFO(kind);
    std::filesystem::remove(ca / "ca-2.pem");
    std::filesystem::remove(ca / "ca-2.key");
    REQUIRE(replace_file(ca / "ca.pem", old, FileMode::kPublic));
    CHECK_FALSE(world.server.start({"MUSTER_FAULT=authority.rolled_over:" + kind}));
    CHECK(world.server.ended_with() == (kind == "crash" ? kFaultCrash : 1));
    CHECK(std::filesystem::exists(ca / "ca-2.pem"));
    const std::string next = read_whole(ca / "ca-2.pem");
    CHECK(world.settle() == "");
    CHECK(read_whole(ca / "ca-2.pem") == next);
    CHECK_FALSE(std::filesystem::exists(ca / "ca-3.pem"));
  }
}

}  // namespace muster::test
