// SPDX-License-Identifier: Apache-2.0
// PostgreSQL is killed under load and its synchronous replica takes over: two servers follow by the
// hosts of their connection text, and no report that was acknowledged is missing. Prints how long
// there was no service.
#include <catch2/catch.hpp>

#include <atomic>
#include <iostream>
#include <thread>

#include "tests/support/programs/database.h"
#include "tests/support/programs/postgres_pair.h"
#include "tests/support/programs/wire_agent.h"

using namespace muster;
using namespace muster::test;

namespace {

int report_status(const ServerProcess& server, const WireAgent& agent, std::int64_t sequence) {
  try {
    return exchange(server.agents_port(),
                    WireAgent::ask_bytes(wire::compress(agent.report_json(sequence))),
                    agent.identity())
        .status;
  } catch (const std::runtime_error&) {
    return 0;
  }
}

}  // namespace

TEST_CASE("a failover of PostgreSQL to its synchronous replica loses nothing acknowledged",
          "[end_to_end][postgresql][failover]") {
  using Clock = std::chrono::steady_clock;
  const PostgresServer primary(primary_options(true));
  const PostgresServer replica(replica_options(primary));
  wait_for_replica(primary, "sync");
  primary.query("CREATE DATABASE muster TEMPLATE template0");
  ServerProcess a(over_tcp(primary, replica, "muster"));
  ServerProcess b(&a);
  a.start();
  b.start();
  const std::string code = a.join_code("{\"max_uses\":10}");
  std::vector<std::unique_ptr<WireAgent>> agents;
  for (int i = 0; i < 4; ++i) {
    agents.push_back(std::make_unique<WireAgent>(a, "host-" + std::to_string(i)));
    REQUIRE(agents.back()->enroll(code).status == 200);
  }
  std::vector<std::int64_t> acknowledged(agents.size());
  std::atomic<std::int64_t> taken{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    threads.emplace_back([&, i] {
      for (std::int64_t sequence = 1; !stop;) {
        if (report_status(i % 2 == 0 ? a : b, *agents[i], sequence) != 200) continue;
        acknowledged[i] = sequence++;
        ++taken;
      }
    });
  }
  while (taken < 40)
    std::this_thread::yield();
  const auto killed = Clock::now();
  primary.crash();
  REQUIRE(replica.query("SELECT pg_promote(true, 60)") == "t");
  const std::int64_t before = taken;
  while (taken < before + 1 && Clock::now() - killed < std::chrono::seconds(120))
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  const std::chrono::duration<double> without_service = Clock::now() - killed;
  while (taken < before + 40 && Clock::now() - killed < std::chrono::seconds(240))
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  stop = true;
  for (std::thread& thread : threads)
    thread.join();
  REQUIRE(taken >= before + 40);
  const auto connection = database_session(b);
  std::int64_t lost = 0;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    const auto kept = connection->find_integer(
        "SELECT sequence FROM agent_state WHERE agent_id = ?1", {agents[i]->agent_id()});
    if (kept.value_or(0) < acknowledged[i]) ++lost;
  }
  CHECK(lost == 0);
  const Ended doctor = b.command({"doctor"});
  INFO(doctor.out);
  CHECK(doctor.code == 0);
  std::cout << "failover: " << taken << " reports acknowledged, " << lost
            << " agents lost some; service after " << without_service.count() << " s\n";
}
