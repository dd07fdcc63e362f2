// SPDX-License-Identifier: Apache-2.0
// Two servers behind HAProxy, with the shipped haproxy.cfg and its lines of a second server: both
// serve agents, and when one dies an agent that tries once more is served by the other.
#include <catch2/catch.hpp>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/support/programs/attacked.h"
#include "tests/support/programs/database.h"
#include "tests/support/programs/haproxy.h"

using namespace muster;
using namespace muster::test;

namespace {

std::size_t reports_of(const ServerProcess& server) {
  const std::string log = server.log();
  std::size_t count = 0;
  const std::string line = "path=" + std::string(wire::kReportPath) + " status=200";
  for (auto at = log.find(line); at != std::string::npos; at = log.find(line, at + 1))
    ++count;
  return count;
}

int send(const WireAgent& agent, std::int64_t sequence) {
  try {
    return agent.send(agent.report_json(sequence)).status;
  } catch (const std::runtime_error&) {
    return 0;
  }
}

}  // namespace

TEST_CASE("behind HAProxy both servers serve, and an agent that tries again misses none that died",
          "[end_to_end][postgresql][haproxy]") {
  const Setting people("MUSTER_SERVER_PEOPLE_TRUSTED_PROXIES", "127.0.0.1");
  const Setting agents_from("MUSTER_SERVER_AGENTS_TRUSTED_PROXIES", "127.0.0.1");
  const Setting proxy("MUSTER_SERVER_AGENTS_PROXY_PROTOCOL", "on");
  ServerProcess a{shared_postgres().connection(new_postgres_database())};
  ServerProcess b{&a};
  a.start();
  b.start();
  const HaProxy haproxy(a, &b);
  const std::string code = a.join_code("{\"max_uses\":10}");
  std::vector<std::unique_ptr<WireAgent>> agents;
  for (int i = 0; i < 4; ++i) {
    agents.push_back(
        std::make_unique<WireAgent>(a, "host-" + std::to_string(i), haproxy.agents_port()));
    REQUIRE(agents.back()->enroll(code).status == 200);
  }
  std::vector<std::int64_t> taken(agents.size());
  std::atomic<int> all{0}, most_attempts{0};
  std::atomic<bool> stop{false};
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < agents.size(); ++i) {
    threads.emplace_back([&, i] {
      while (!stop) {
        int attempts = 1;
        while (send(*agents[i], taken[i] + 1) != 200 && attempts < 20) {
          ++attempts;
          // A real agent waits longer. Until the kernel has taken a killed process apart it still
          // accepts for it, and resets.
          std::this_thread::sleep_for(std::chrono::milliseconds(500));
        }
        most_attempts = std::max<int>(most_attempts, attempts);
        if (attempts < 20) ++taken[i];
        ++all;
      }
    });
  }
  const auto wait_for = [&](int further) {
    for (const int wanted = all + further; all < wanted;)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  };
  wait_for(40);
  CHECK(reports_of(a) > 0);
  CHECK(reports_of(b) > 0);
  CHECK(most_attempts == 1);
  CHECK(a.stop(SIGKILL) == 128 + SIGKILL);
  wait_for(40);
  // What was on its way to the one that died, and no second time.
  CHECK(most_attempts <= 2);
  CHECK(exchange(haproxy.people_port(), {.path = "/healthz"}).status == 200);
  const std::size_t before = reports_of(a);
  a.start();
  for (int i = 0; i < 600 && reports_of(a) == before; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  CHECK(reports_of(a) > before);
  stop = true;
  for (std::thread& thread : threads)
    thread.join();
  const auto connection = database_session(b);
  for (std::size_t i = 0; i < agents.size(); ++i) {
    CHECK(connection->find_integer("SELECT sequence FROM agent_state WHERE agent_id = ?1",
                                   {agents[i]->agent_id()}) == taken[i]);
  }
  CHECK(b.command({"doctor"}).code == 0);
}
