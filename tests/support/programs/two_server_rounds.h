// SPDX-License-Identifier: Apache-2.0
// Two servers on one PostgreSQL, each with a proxy before it, agents that report to either, and
// rounds in which something goes wrong by a seeded chance: a server is killed, dies at a fault
// point or stands still (also while it holds the lock on writing), PostgreSQL is killed or stops at
// once, a connection falls silent, is cut, is ended by PostgreSQL or loses the answer to a COMMIT.
// One thread; the agents have theirs while a round runs.
#pragma once
#include <atomic>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/programs/cutting_proxy.h"
#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/simulated_agent.h"

namespace muster::test {

class TwoServerRounds {
 public:
  enum class Trouble {
    kKill,
    kPoint,
    kStall,
    kDatabaseCrash,
    kDatabaseStop,
    kLostCommit,
    kTerminate,
    kSilence
  };
  static constexpr int kTroubles = 8;

  // `syncing` false: the negative control, in which commits are not flushed.
  explicit TwoServerRounds(std::uint64_t seed, bool syncing = true);
  ~TwoServerRounds();

  void make();  // throws where the installation cannot be made
  // What is wrong after one more round; empty: nothing. The first rounds have one trouble each.
  std::string round();
  std::string round_of(Trouble trouble);
  // The negative control's: PostgreSQL is killed, and the ledger looked at before anything else.
  std::string control_round();
  // Also stalls that are longer than PostgreSQL waits for a session that does nothing.
  void allow_long_stalls() { long_stalls_ = true; }

  int rounds() const { return rounds_; }
  const std::string& plan() const { return plan_; }  // of the last round, for people
  std::string tally() const;

  // The steps.
  void begin_load();
  void end_load();
  // Waits until agents got that many further acknowledgements; false: not within this time.
  bool wait_for_reports(int further, int limit_ms);
  std::string heal();  // everything runs again, without faults
  // Every agent is taken by either server in two cycles.
  std::string drain();
  // What the ledger misses in the database; `all`: of everything ever.
  std::string examine(bool all);
  // Heals, then all of these, and the doctor.
  std::string settle();
  FaultServer& server(std::size_t number) { return *servers_[number]; }
  CuttingProxy& proxy(std::size_t number) { return *proxies_[number]; }
  SimulatedAgent& agent(std::size_t number) { return *agents_[number]; }
  PostgresServer& postgres() { return postgres_; }
  std::string ask(const std::string& sql) const { return postgres_.query(sql, "muster"); }

 private:
  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  int pick(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
  void note(const std::string& what) { plan_ += (plan_.empty() ? "" : ", ") + what; }

  EnvironmentLines plan_faults(Trouble trouble);
  void strike(Trouble trouble, std::size_t number);
  void stall(std::size_t number);
  void second_crash(Trouble trouble, FaultServer& victim);

  TemporaryFolder folder_;
  std::mt19937_64 random_;
  bool syncing_;
  bool long_stalls_ = false;
  PostgresServer postgres_;
  std::vector<std::unique_ptr<CuttingProxy>> proxies_;
  std::vector<std::unique_ptr<FaultServer>> servers_;
  std::vector<std::unique_ptr<SimulatedAgent>> agents_;
  std::vector<std::thread> load_;
  std::atomic<bool> is_loading_ = false;
  std::atomic<int> taken_ = 0;  // cycles of the load in which everything was acknowledged
  bool has_faults_[2] = {};     // it runs with some that it has not met

  int rounds_ = 0;
  std::string plan_;
  std::map<std::string, int> counts_;
};

}  // namespace muster::test
