// SPDX-License-Identifier: Apache-2.0
// steady: a fleet through the day. Each machine reports once an interval, spread evenly; 95 % of
// the reports say that nothing changed, 4 % that one to five packages did, 1 % more (60 to 200).
#include <algorithm>
#include <set>

#include "tests/load/site.h"

namespace muster::load {
namespace {

std::vector<int> some_slots(std::uint64_t seed, std::size_t count, int packages) {
  std::set<int> slots;
  count = std::min(count, static_cast<std::size_t>(packages) / 2);
  for (std::uint64_t i = 0; slots.size() < count; ++i)
    slots.insert(static_cast<int>(mix(seed, i) % static_cast<std::uint64_t>(packages)));
  return {slots.begin(), slots.end()};
}

}  // namespace

LoadAgent::Waiting steady_report(const Fleet& fleet, LoadAgent& agent) {
  const std::uint64_t seed = mix(static_cast<std::uint64_t>(agent.machine.number) << 32 |
                                     static_cast<std::uint64_t>(agent.machine.sequence),
                                 7);
  const std::uint64_t part = seed % 100;
  if (part < 95) return waiting(fleet.unchanged_report(agent.machine));
  const std::size_t count = part < 99 ? 1 + seed / 100 % 5 : 60 + seed / 100 % 141;
  return waiting(fleet.update_report(agent.machine, some_slots(seed, count, fleet.packages())));
}

Outcome steady_profile(const Load& load) {
  const LoadOptions& options = load.options;
  Outcome outcome{.profile = "steady: 95 % unchanged, 4 % a few packages, 1 % many"};
  Site site(load, {.name = "steady", .machines = options.machines, .packages = options.packages});
  outcome.notes.push_back(site.note);
  const double interval_s = options.machines / options.reports_per_s;
  const auto interval =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(interval_s));
  Reporting reporting(
      site.fleet, site.agents(),
      [&](LoadAgent& agent) { agent.waiting.push_back(steady_report(site.fleet, agent)); },
      [&](LoadAgent&) { return Clock::now() + interval; });
  Figures figures{.name = "steady"};
  std::vector<Arrival> arrivals = site.everybody();
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; i < arrivals.size(); ++i)
    arrivals[i].due = start + interval * static_cast<std::int64_t>(i) /
                                  static_cast<std::int64_t>(arrivals.size());
  ClientOptions client = site.client(0);
  client.until = start + std::chrono::milliseconds(static_cast<int>(options.seconds * 1000));
  People people(site.server.people_port(), site.population.api_token, options.people_per_s);
  const Meter meter(site.server.process());
  const Tally tally = run_exchanges(client, reporting, std::move(arrivals));
  meter.add_to(figures, tally, reporting.acknowledged());
  outcome.people = people.stop();
  drain(site, figures, options.patience_s);
  finish(site, reporting, figures, outcome);
  add_common_ratios(figures, outcome);
  outcome.figures = {figures};
  return outcome;
}

}  // namespace muster::load
