// SPDX-License-Identifier: Apache-2.0
// AgentBudgets: how much one agent may report over time, so that a certificate is no licence to
// fill the disk with history or to keep the server busy. A token bucket an agent, for reports and
// for their unpacked bytes; generous, for an agent that was away replays its whole spool at once.
// Kept in memory only: after a restart everybody has a full bucket. Buckets that are full again are
// forgotten, so there are no more than the agents that reported within the last half hour. Any
// thread.
#pragma once
#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace muster::server::api {

struct AgentBudgetOptions {
  std::int64_t reports_per_minute = 60;  // 0: no limit
  std::int64_t bytes_per_minute = 8LL * 1024 * 1024;
  // What may be used at once, in minutes of it.
  std::int64_t reports_burst_minutes = 10;
  std::int64_t bytes_burst_minutes = 32;
  std::size_t most_agents = 200'000;  // beyond it those that used least are forgotten
};

class AgentBudgets {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit AgentBudgets(AgentBudgetOptions options = {}) : options_(options) {}

  // Error 429 too_many_reports with Retry-After, where the agent has used up its reports or is in
  // debt for bytes. Uses nothing: to be asked before a body is received.
  void check(const std::string& agent_id, Time now);
  // One report; the error is the same.
  void take_report(const std::string& agent_id, Time now);
  // Its bytes, once they are known. Never an error: what is too much is a debt, which the next
  // reports wait for.
  void take_bytes(const std::string& agent_id, std::int64_t bytes, Time now);

  std::size_t size() const;

 private:
  struct Bucket {
    double reports = 0;  // that are left
    double bytes = 0;    // below zero: a debt
    Time at;             // when this was so
  };
  double most_reports() const;
  double most_bytes() const;
  Bucket& refilled(const std::string& agent_id, Time now);
  void refill(Bucket& bucket, Time now) const;
  void refuse_if_spent(const Bucket& bucket) const;
  void forget_some(Time now);

  const AgentBudgetOptions options_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace muster::server::api
