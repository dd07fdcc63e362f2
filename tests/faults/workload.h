// SPDX-License-Identifier: Apache-2.0
// A fixed piece of a server's life inside one process, on the simulated disk: an installation is
// made, machines enrol and report, people edit, a backup is made, the log is checkpointed. What was
// acknowledged stands in a ledger that the faults cannot reach.
#pragma once
#include <atomic>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "server/store/transaction.h"

namespace muster::test {

// Something that was acknowledged: a query that must give a number above 0.
struct Acknowledged {
  std::string what;
  std::string sql;
  server::store::Transaction::Values values;
};

class Workload {
 public:
  // In `folder`, which exists. Steps that fail are left out; an agent tries its report again with
  // its next one. Returns when all is done or when a sync failed, which ends a server.
  void run(const std::filesystem::path& folder);

  // Any thread, also while it runs.
  std::vector<Acknowledged> ledger() const;
  int refused() const { return refused_; }
  bool was_ended() const { return was_ended_; }

 private:
  void attempt(std::vector<Acknowledged> facts, const std::function<void()>& step);

  mutable std::mutex mutex_;
  std::vector<Acknowledged> ledger_;
  int refused_ = 0;
  std::atomic<bool> was_ended_ = false;
};

// What is wrong with the database in `folder` after a crash: opened anew, its structure, the
// invariants, and all of the ledger. Empty: nothing. `folder` must not be in use.
std::string verify(const std::filesystem::path& folder, const std::vector<Acknowledged>& ledger);

}  // namespace muster::test
