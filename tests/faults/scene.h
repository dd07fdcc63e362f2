// SPDX-License-Identifier: Apache-2.0
// An installation with agents, made once and copied for each fault, and the steps that lead through
// all that a server does. A step goes on where something fails, as people and agents would.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "tests/support/programs/fault_server.h"
#include "tests/support/programs/simulated_agent.h"

namespace muster::test {

// A query with a number above 0 once something was acknowledged to a person.
struct Edit {
  std::string sql;
  server::store::Transaction::Values values;
};

class Scene {
 public:
  // Makes the installation: two agents that have reported, and a backup of before their last
  // changes. Throws where that fails.
  static std::unique_ptr<Scene> make();
  std::unique_ptr<Scene> copy() const;

  FaultServer& server() { return server_; }

  // Everything that happens while it serves, with these faults. False: it did not come up.
  bool serve(const EnvironmentLines& environment);
  // What an administrator does at the shell; the exit code.
  int init(const EnvironmentLines& environment);  // in a new, empty folder
  int backup(const EnvironmentLines& environment);
  int restore(const EnvironmentLines& environment);

  // What is wrong now, as the doctor and the ledger have it; empty: nothing. After a restore the
  // ledger does not count.
  std::string examine();
  // Without faults: it serves, and every agent is in agreement within two cycles.
  std::string heal();

 private:
  Scene() : server_(folder_.path()) {}
  void people();
  void edit(const HttpAsk& ask, int expected, Edit edit);
  std::string item_edit();

  TemporaryFolder folder_;
  FaultServer server_;
  std::vector<SimulatedAgent> agents_;
  std::vector<Edit> edits_;
  int round_ = 0;
  bool was_restored_ = false;
};

}  // namespace muster::test
