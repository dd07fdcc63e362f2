// SPDX-License-Identifier: Apache-2.0
// reconnect: the server was away; all agents find it again within one second, some with a spool of
// reports that gathered meanwhile. Everybody must be served in the end, nothing acknowledged may be
// missing, and whoever is sent away must be told when to come again.
#include "tests/load/site.h"

namespace muster::load {

Outcome reconnect_profile(const Load& load) {
  const LoadOptions& options = load.options;
  const int machines = options.reconnecting;
  Outcome outcome{.profile = "reconnect: " + std::to_string(machines) +
                             " agents within one second after an outage"};
  Site site(load, {.name = "reconnect", .machines = machines, .packages = options.large_packages});
  outcome.notes.push_back(site.note);
  std::size_t reports = 0;
  for (LoadAgent& agent : site.agents()) {
    const std::uint64_t chance = mix(static_cast<std::uint64_t>(agent.machine.number), 9);
    // One of five was running all the while: four to twelve reports are in its spool.
    const std::size_t spooled = chance % 5 == 0 ? 4 + chance / 5 % 9 : 1;
    for (std::size_t i = 0; i < spooled; ++i)
      agent.waiting.push_back(steady_report(site.fleet, agent));
    reports += spooled;
  }
  outcome.notes.push_back(std::to_string(reports) + " reports wait in the spools");
  Reporting reporting(
      site.fleet, site.agents(), [](LoadAgent&) {}, [](LoadAgent&) { return std::nullopt; });
  std::vector<Arrival> arrivals = site.everybody();
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; i < arrivals.size(); ++i)
    arrivals[i].due = start + std::chrono::microseconds(1'000'000 * i /
                                                        std::max<std::size_t>(1, arrivals.size()));
  ClientOptions client = site.client(0);
  client.until = start + std::chrono::milliseconds(static_cast<int>(options.patience_s * 1000));
  Figures figures{.name = "reconnect"};
  People people(site.server.people_port(), site.population.api_token, options.people_per_s);
  const Meter meter(site.server.process());
  const Tally tally = run_exchanges(client, reporting, std::move(arrivals));
  meter.add_to(figures, tally, reporting.acknowledged());
  outcome.people = people.stop();
  finish(site, reporting, figures, outcome);
  const auto others = figures.tally.faults();
  outcome.ratios.push_back(
      {"errors other than 503 with Retry-After", static_cast<double>(others), "0", others == 0});
  outcome.ratios.push_back(
      {"seconds until all were acknowledged", tally.wall_s, "at most 600", tally.wall_s <= 600});
  add_common_ratios(figures, outcome);
  outcome.figures = {figures};
  return outcome;
}

}  // namespace muster::load
