// SPDX-License-Identifier: Apache-2.0
// The server is away while machines go on changing: nothing is lost, and history tells when things
// happened, not when they were heard of.
#include <catch2/catch.hpp>

#include "common/support/clock.h"
#include "tests/support/programs/installation.h"

using muster::Instant;
using muster::JsonValue;
using namespace muster::test;

namespace {

std::int64_t waiting_reports(const Machine& machine) {
  const Ended ran = run_program(machine.agent({"status", "--json"}));
  const auto status = JsonValue::parse(ran.out);
  if (!status) return -1;
  const JsonValue* spooled = status->find("spooled");
  return spooled == nullptr ? -1 : spooled->integer_at("reports").value_or(-1);
}

// When something was changed on a machine whose server is away, at the earliest and the latest.
struct Span {
  Instant from;
  Instant until;

  bool holds(Instant at) const {
    // The server takes the age of a report from the moment when it arrives: some milliseconds.
    constexpr std::int64_t kTravelMs = 1000;
    return at.ms >= from.ms - kTravelMs && at.ms <= until.ms + kTravelMs;
  }
};

Instant at_of(const JsonValue& change) {
  const auto at = muster::parse_rfc3339(change.text_at("at").value_or(""));
  REQUIRE(at);
  return *at;
}

}  // namespace

TEST_CASE("what happened while the server was away appears at its own times, in order",
          "[end_to_end][long]") {
  const int signal = GENERATE(SIGTERM, SIGKILL);
  INFO("the server is stopped by signal " << signal);
  const muster::SystemClock clock;
  Installation installation;
  Machine machine("srv-07");
  join(installation, machine);
  RunningAgent agent(machine);
  // It has looked once when its first report is acknowledged.
  REQUIRE(eventually([&] {
    return run_program(machine.agent({"status", "--json"})).out.find("\"acknowledged\":2") !=
           std::string::npos;
  }));

  installation.server().stop(signal);
  const auto change_and_spool = [&](const std::string& package, std::int64_t waiting) {
    const Instant from = clock.now();
    machine.install(package, "1.0-1");
    agent.report_now();
    REQUIRE(eventually([&] { return waiting_reports(machine) == waiting; }));
    return Span{from, clock.now()};
  };
  const Span first = change_and_spool("first", 1);
  // Far enough apart to be told from each other.
  REQUIRE(eventually([&] { return clock.now() - first.until > 3000; }));
  const Span second = change_and_spool("second", 2);
  REQUIRE(eventually([&] { return clock.now() - second.until > 3000; }));

  const Instant back = clock.now();
  installation.server().start();
  agent.report_now();
  REQUIRE(eventually([&] { return waiting_reports(machine) == 0; }));
  const auto changes = changes_of(installation, machine.name());
  REQUIRE(changes.size() == 2);
  INFO(changes[0].dump() << "\n" << changes[1].dump());
  CHECK(changes[1].text_at("label").value_or("").find("first") != std::string::npos);
  CHECK(changes[0].text_at("label").value_or("").find("second") != std::string::npos);
  CHECK(first.holds(at_of(changes[1])));
  CHECK(second.holds(at_of(changes[0])));
  for (const JsonValue& change : changes) {
    CHECK(change.boolean_at("time_uncertain") != true);
    const auto recorded = muster::parse_rfc3339(change.text_at("recorded_at").value_or(""));
    REQUIRE(recorded);
    CHECK(recorded->ms >= back.ms);
  }
  // A question about the time in between is answered from what is known now.
  const std::string between = muster::to_rfc3339({second.from.ms - 1000});
  const JsonValue then = installation.json(
      {"show", machine.name(), "--section", "packages", "--all", "--at", between});
  CHECK(then.dump().find("\"first\"") != std::string::npos);
  CHECK(then.dump().find("\"second\"") == std::string::npos);

  INFO(agent.log());
  CHECK(agent.stop() == 0);
}
