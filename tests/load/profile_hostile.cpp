// SPDX-License-Identifier: Apache-2.0
// hostile: a fleet in its steady state beside a crowd that means no good. Every honest report must
// be acknowledged, and the machine whose key the crowd has stolen keeps its facts.
#include "tests/load/hostile_crowd.h"
#include "tests/load/site.h"

namespace muster::load {

Outcome hostile_profile(const Load& load) {
  const LoadOptions& options = load.options;
  Outcome outcome{.profile =
                      "hostile: the steady state beside garbage, foreign certificates, slow "
                      "sockets, oversize and replays"};
  Site site(load,
            {.name = "hostile", .machines = options.machines, .packages = options.large_packages});
  outcome.notes.push_back(site.note);
  // Two reports of the accomplice are taken; the crowd then sends the first of them again.
  LoadAgent& accomplice = site.agents().front();
  Reporting reporting(
      site.fleet, site.agents(),
      [&](LoadAgent& agent) { agent.waiting.push_back(steady_report(site.fleet, agent)); },
      [&](LoadAgent& agent) -> std::optional<Clock::time_point> {
        if (&agent == &accomplice) return std::nullopt;
        return Clock::now() + std::chrono::milliseconds(static_cast<int>(1000 * options.machines /
                                                                         options.reports_per_s));
      });
  accomplice.waiting.push_back(waiting(site.fleet.unchanged_report(accomplice.machine)));
  const std::string old_report = report_request(accomplice.waiting.front().body);
  accomplice.waiting.push_back(waiting(site.fleet.unchanged_report(accomplice.machine)));
  run_exchanges(site.client(1), reporting, {{0, Clock::now()}});

  HostileCrowd crowd({.port = site.server.agents_port(),
                      .accomplice = accomplice.credential.get(),
                      .old_report = old_report,
                      .slow_sockets = options.slow_sockets});
  std::vector<Arrival> arrivals = site.everybody();
  arrivals.erase(arrivals.begin());
  const Clock::time_point start = Clock::now();
  for (std::size_t i = 0; i < arrivals.size(); ++i)
    arrivals[i].due = start + std::chrono::microseconds(static_cast<std::int64_t>(
                                  static_cast<double>(i) * 1e6 / options.reports_per_s));
  ClientOptions client = site.client(0);
  client.until = start + std::chrono::milliseconds(static_cast<int>(options.seconds * 1000));
  Figures figures{.name = "honest reports"};
  People people(site.server.people_port(), site.population.api_token, options.people_per_s);
  const Meter meter(site.server.process());
  const std::uint64_t before = reporting.acknowledged();
  const Tally tally = run_exchanges(client, reporting, std::move(arrivals));
  meter.add_to(figures, tally, reporting.acknowledged() - before);
  drain(site, figures, options.patience_s);
  outcome.people = people.stop();
  for (const auto& [what, count] : crowd.stop()) {
    outcome.notes.push_back("crowd: " + what + " x " + std::to_string(count));
    if (what.ends_with(": 200") && !what.starts_with("replay"))
      outcome.mistakes.push_back("crowd: " + what);
  }
  finish(site, reporting, figures, outcome);
  const auto faults = figures.tally.faults();
  outcome.ratios.push_back(
      {"honest exchanges that broke", static_cast<double>(faults), "0", faults == 0});
  add_common_ratios(figures, outcome);
  outcome.figures = {figures};
  return outcome;
}

}  // namespace muster::load
