// SPDX-License-Identifier: Apache-2.0
// A machine with an agent that reports real changes over real TLS to a server that fails, and
// remembers what the server has acknowledged: the ledger that the server is held to. It behaves as
// the agent does: a report that got no answer is sent again unchanged, what the server asks for is
// sent. Its memory does not fail. One thread at a time.
#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "common/crypto/key.h"
#include "common/inventory/snapshot.h"
#include "common/support/clock.h"
#include "common/wire/report.h"
#include "server/store/transaction.h"
#include "tests/support/programs/fault_server.h"

namespace muster::test {

class SimulatedAgent {
 public:
  explicit SimulatedAgent(std::string hostname);

  bool enroll(FaultServer& server, const std::string& join_code);
  bool renew(FaultServer& server);
  bool is_enrolled() const { return !certificate_.empty(); }
  const std::string& agent_id() const { return agent_id_; }

  // A package comes, and now and then one goes; reported with the next cycle.
  void change();
  // Looks, and sends all that waits and what is asked for. True: everything was acknowledged.
  bool cycle(FaultServer& server);
  // Only what waits and what is asked for, without another look.
  bool send_waiting(FaultServer& server);
  bool has_waiting() const { return !pending_.empty(); }
  int last_status() const { return last_status_; }  // of the last answer; 0: none

  // The agent was installed anew on the same machine: it has to be enrolled, and knows nothing.
  void reinstall();
  // Its memory of what it reported is lost, or is that of an earlier time.
  void forget_reports() { believed_.clear(); }
  // A report is made and never sent, nor remembered as unsent: what follows builds on it.
  void lose_report();
  // A section is switched off, or on again.
  void report_disks(bool on) { has_disks_ = on; }

  // What is missing in the store of everything that was acknowledged to it since the last call with
  // `all` false; of everything ever when true. Empty: nothing.
  std::string missing_in(server::store::Transaction& transaction, bool all);
  std::size_t acknowledged_facts() const { return facts_.size(); }
  std::int64_t acknowledged_reports() const { return reports_; }
  std::int64_t stale_answers() const { return stale_; }

 private:
  struct Change {  // of one package
    std::string name;
    bool is_gone;
    std::string agent_id = {};  // to which it was acknowledged
  };
  struct Pending {
    wire::Report report;
    std::vector<Change> changes;
    inventory::Snapshot after;
  };

  inventory::Snapshot look() const;
  void queue(const std::vector<std::string>& whole, bool with_hashes);
  bool send(FaultServer& server, Pending& pending);
  void acknowledge(const Pending& pending, const wire::Reply& reply);
  RawTls identity() const;

  std::string hostname_;
  crypto::PrivateKey key_;
  std::string certificate_;
  std::string serial_;
  std::string agent_id_;
  std::string boot_id_;
  SystemClock clock_;
  std::map<std::string, std::string> packages_;  // name, version
  std::vector<Change> changes_;                  // since the last report was made
  bool has_disks_ = true;
  int changed_ = 0;
  std::int64_t sequence_ = 0;
  inventory::Snapshot believed_;
  std::deque<Pending> pending_;
  int last_status_ = 0;

  std::vector<Change> facts_;
  std::size_t checked_ = 0;  // of facts_
  std::int64_t acknowledged_ = 0;
  std::string acknowledged_root_;
  std::int64_t reports_ = 0;
  std::int64_t stale_ = 0;
};

}  // namespace muster::test
