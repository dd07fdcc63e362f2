// SPDX-License-Identifier: Apache-2.0
// Random crashes under load: agents report to the real server over TLS, it dies at a random point
// or moment, in half of the rounds with the writes that were not synced dropped or torn, and after
// each round the real doctor and the ledger of acknowledgements say what became of it. The same
// data directory goes through all rounds. MUSTER_FAULT_SEED replays a run.
#include <catch2/catch.hpp>
#include <iostream>
#include <random>
#include <thread>

#include "server/fault_points.h"
#include "server/store/sqlite.h"
#include "tests/faults/active_fault.h"
#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/simulated_agent.h"
#include "tests/support/whole_loop.h"

namespace muster::test {
namespace {

constexpr int kRoundAgents = 4;

std::uint64_t chosen_seed() {
  const char* const text = std::getenv("MUSTER_FAULT_SEED");
  return text != nullptr ? std::stoull(text) : std::random_device{}();
}

struct Tally {
  int rounds = 0;
  int at_points = 0;
  int killed = 0;
  int power_losses = 0;
  int compound = 0;
  std::int64_t reports = 0;
};

class Rounds {
 public:
  explicit Rounds(std::uint64_t seed, bool syncing = true)
      : server_(folder_.path()), random_(seed), syncing_(syncing) {
    for (int i = 0; i < kRoundAgents; ++i)
      agents_.push_back(std::make_unique<SimulatedAgent>("loom-" + std::to_string(i)));
  }

  void make() {
    const Ended made = server_.init();
    if (made.code != 0) throw std::runtime_error("init: " + made.error);
    if (!server_.start()) throw std::runtime_error("start: " + server_.log());
    const std::string code = server_.join_code();
    for (const auto& agent : agents_) {
      if (!agent->enroll(server_, code) || !agent->cycle(server_))
        throw std::runtime_error("no agent: " + server_.log());
    }
    if (server_.stop() != 0) throw std::runtime_error("stop: " + server_.log());
  }

  // What is wrong after one more round; empty: nothing.
  std::string round() {
    ++tally.rounds;
    const bool loses_power = chance(50) || !syncing_;
    EnvironmentLines environment;
    if (loses_power) {
      ++tally.power_losses;
      environment.push_back(std::string("MUSTER_DISK=power_loss,") + (syncing_ ? "" : "no_sync,") +
                            "seed=" + std::to_string(random_() % 1'000'000));
    }
    const bool at_point = chance(50);
    if (at_point) environment.push_back("MUSTER_FAULT=" + random_crash());
    if (server_.start(environment)) work(at_point);
    if (!server_.is_running() && server_.ended_with() == kFaultCrash) {
      ++tally.at_points;
    } else {
      server_.kill();
      ++tally.killed;
    }
    if (chance(25)) crash_while_recovering(loses_power);
    return examine(tally.rounds % 50 == 0);
  }

  // All that was ever acknowledged, and everything agrees within two cycles.
  std::string finish() {
    if (!server_.start()) return "it does not start: " + server_.log();
    for (const auto& agent : agents_) {
      agent->cycle(server_);
      if (!agent->cycle(server_)) return "an agent is not taken in two cycles";
      tally.reports += agent->acknowledged_reports();
    }
    if (server_.stop() != 0) return "it does not stop";
    return examine(true);
  }

  Tally tally;

 private:
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }

  std::string random_crash() {
    const FaultPointInfo& point = server::kFaultPoints[random_() % std::size(server::kFaultPoints)];
    return std::string(point.name) + ":crash@" + std::to_string(1 + random_() % 12);
  }

  // All agents at once, until the server is gone, or for a moment, after which it is killed.
  void work(bool at_point) {
    std::vector<std::thread> threads;
    std::atomic<bool> done = false;
    for (const auto& agent : agents_) {
      threads.emplace_back([&] {
        while (!done) {
          agent->change();
          if (!agent->cycle(server_) && agent->last_status() == 0) return;
        }
      });
    }
    server_.wait_ms(static_cast<int>(at_point ? 250 : random_() % 250));
    if (!at_point) server_.kill();
    done = true;
    if (at_point) {
      for (std::thread& thread : threads)
        thread.join();
      return;
    }
    for (std::thread& thread : threads)
      thread.join();
  }

  void crash_while_recovering(bool loses_power) {
    ++tally.compound;
    constexpr const char* kPoints[] = {
        "store.open",  "section_tables.table", "section_tables.view", "section_tables.updated",
        "store.begin", "store.before_commit",  "store.committed",     "side_log.open"};
    EnvironmentLines environment = {std::string("MUSTER_FAULT=") +
                                    kPoints[random_() % std::size(kPoints)] + ":crash@" +
                                    std::to_string(1 + random_() % 3)};
    if (loses_power) {
      environment.push_back(std::string("MUSTER_DISK=power_loss,") + (syncing_ ? "" : "no_sync,") +
                            "seed=" + std::to_string(random_() % 1'000'000));
    }
    server_.start(environment);
    server_.kill();
  }

  std::string examine(bool all) {
    const Ended doctor = server_.doctor();
    std::string wrong;
    if (doctor.code != 0) wrong = "doctor: " + doctor.out + doctor.error;
    try {
      const auto database =
          server::store::open_sqlite((server_.data() / "muster.db").string(), false);
      const auto connection = database->connect(true, 0);
      for (const auto& agent : agents_)
        wrong += agent->missing_in(*connection, all);
    } catch (const std::exception& failure) {
      wrong += failure.what();
    }
    return wrong;
  }

  TemporaryFolder folder_;
  FaultServer server_;
  std::vector<std::unique_ptr<SimulatedAgent>> agents_;
  std::mt19937_64 random_;
  bool syncing_;
};

}  // namespace

TEST_CASE("no acknowledged report is missing after any number of crashes",
          "[faults][rounds][long]") {
  const std::uint64_t seed = chosen_seed();
  INFO("replay with MUSTER_FAULT_SEED=" << seed);
  Rounds rounds(seed);
  rounds.make();
  const int wanted = whole_loops() ? 500 : 12;
  Turns turns("rounds");
  for (int i = 0; i < wanted && turns.goes_on(); ++i) {
    if (!turns.takes_next()) continue;
    INFO("round " << rounds.tally.rounds + 1);
    const std::string wrong = rounds.round();
    REQUIRE(wrong == "");
  }
  REQUIRE(rounds.finish() == "");
  const Tally& tally = rounds.tally;
  std::cout << "crash rounds: " << tally.rounds << " (" << tally.at_points << " at a fault point, "
            << tally.killed << " killed, " << tally.power_losses
            << " with unsynced writes dropped, " << tally.compound
            << " crashed again while recovering), " << tally.reports
            << " reports acknowledged, 0 missing; MUSTER_FAULT_SEED=" << seed << "\n";
  CHECK(tally.reports > 0);
}

TEST_CASE("with syncing switched off the same rounds are caught", "[faults][rounds][control]") {
  const std::uint64_t seed = chosen_seed();
  INFO("replay with MUSTER_FAULT_SEED=" << seed);
  Rounds rounds(seed, false);
  rounds.make();
  std::string wrong;
  for (int i = 0; i < 10 && wrong.empty(); ++i)
    wrong = rounds.round();
  std::cout << "negative control: caught in round " << rounds.tally.rounds << ": "
            << wrong.substr(0, wrong.find('\n')) << "\n";
  CHECK(!wrong.empty());
}

}  // namespace muster::test
