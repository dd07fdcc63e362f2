// SPDX-License-Identifier: Apache-2.0
// What one agent may report over time: bursts, refilling, debts and how many are remembered.
#include "server/api/agents/agent_budget.h"

#include <catch2/catch.hpp>

#include "server/error.h"

namespace muster::server {
namespace {

using std::chrono::seconds;

constexpr api::AgentBudgetOptions kSmall = {.reports_per_minute = 2,
                                            .bytes_per_minute = 1000,
                                            .reports_burst_minutes = 5,
                                            .bytes_burst_minutes = 4,
                                            .most_agents = 10};

int retry_after(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    CHECK(error.status == Status::kTooManyRequests);
    CHECK(error.code == "too_many_reports");
    return error.retry_after_s.value_or(-1);
  }
  return 0;
}

TEST_CASE("an agent may send a burst and then as many as come back with time", "[api]") {
  api::AgentBudgets budgets(kSmall);
  const api::AgentBudgets::Time start{};
  for (int i = 0; i < 10; ++i)
    CHECK(retry_after([&] { budgets.take_report("a", start); }) == 0);
  CHECK(retry_after([&] { budgets.take_report("a", start); }) == 60);
  CHECK(retry_after([&] { budgets.check("a", start); }) == 60);
  CHECK(retry_after([&] { budgets.take_report("b", start); }) == 0);  // each has its own
  CHECK(retry_after([&] { budgets.take_report("a", start + seconds(31)); }) == 0);
  CHECK(retry_after([&] { budgets.take_report("a", start + seconds(31)); }) == 60);
  CHECK(retry_after([&] { budgets.take_report("a", start + seconds(3600)); }) == 0);
}

TEST_CASE("bytes beyond the budget are a debt that the next reports wait for", "[api]") {
  api::AgentBudgets budgets(kSmall);
  const api::AgentBudgets::Time start{};
  budgets.take_report("a", start);
  budgets.take_bytes("a", 4000, start);
  CHECK(retry_after([&] { budgets.check("a", start); }) == 0);
  budgets.take_bytes("a", 3000, start);
  CHECK(retry_after([&] { budgets.check("a", start); }) == 180);
  CHECK(retry_after([&] { budgets.take_report("a", start + seconds(179)); }) == 60);
  CHECK(retry_after([&] { budgets.take_report("a", start + seconds(181)); }) == 0);
  budgets.take_bytes("a", 1'000'000, start + seconds(181));
  CHECK(retry_after([&] { budgets.check("a", start + seconds(181)); }) == 900);
}

TEST_CASE("a clock reading from before takes nothing back, and 0 is no budget", "[api]") {
  api::AgentBudgets budgets(kSmall);
  const api::AgentBudgets::Time start = api::AgentBudgets::Time{} + seconds(1000);
  budgets.take_report("a", start);
  CHECK(retry_after([&] { budgets.take_report("a", start - seconds(900)); }) == 0);
  api::AgentBudgetOptions none = kSmall;
  none.reports_per_minute = 0;
  api::AgentBudgets open(none);
  for (int i = 0; i < 1000; ++i)
    CHECK(retry_after([&] { open.take_report("a", start); }) == 0);
  CHECK(open.size() == 0);
}

TEST_CASE("no more agents are remembered than there is room for, and the spent ones stay",
          "[api]") {
  api::AgentBudgets budgets(kSmall);
  const api::AgentBudgets::Time start{};
  for (int i = 0; i < 10; ++i)
    budgets.take_report("spent", start);
  for (int i = 0; i < 1000; ++i)
    budgets.take_report("agent-" + std::to_string(i), start);
  CHECK(budgets.size() <= 10);
  CHECK(retry_after([&] { budgets.take_report("spent", start); }) == 60);
}

}  // namespace
}  // namespace muster::server
