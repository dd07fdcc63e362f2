// SPDX-License-Identifier: Apache-2.0
// unchanged: reports in which nothing changed, flat out, beside the echo server; and, where a large
// fleet is asked for, beside the same at that size. Slices alternate (A B C A B C ...), so that a
// noisy machine disturbs all alike.
#include "tests/load/site.h"

namespace muster::load {
namespace {

Reporting unchanged(Site& site) {
  return Reporting(
      site.fleet, site.agents(),
      [&site](LoadAgent& agent) {
        agent.waiting.push_back(waiting(site.fleet.unchanged_report(agent.machine)));
      },
      [](LoadAgent&) { return Clock::now(); });
}

}  // namespace

Outcome unchanged_profile(const Load& load) {
  const LoadOptions& options = load.options;
  Outcome outcome{.profile = "unchanged: nothing changed, flat out, " +
                             std::to_string(options.open) + " connections at once"};
  Site small(load,
             {.name = "unchanged", .machines = options.machines, .packages = options.packages});
  outcome.notes.push_back(small.note);
  std::unique_ptr<Site> large;
  if (options.large_fleet > 0) {
    large = std::make_unique<Site>(load, SiteOptions{.name = "unchanged-large",
                                                     .machines = options.large_fleet,
                                                     .packages = options.large_packages});
    outcome.notes.push_back(large->note);
  }
  const EchoServer echo(small.server.data(), options.work, options.echo_threads);
  Figures of_small{.name = "unchanged, " + std::to_string(options.machines) + " machines"};
  Figures of_echo{.name = "echo server (ceiling)"};
  Figures of_large{.name = "unchanged, " + std::to_string(options.large_fleet) + " machines"};
  Reporting reporting = unchanged(small);
  std::unique_ptr<Reporting> reporting_large;
  if (large) reporting_large.reset(new Reporting(unchanged(*large)));
  People people(small.server.people_port(), small.population.api_token, options.people_per_s);
  const double seconds = options.seconds / options.rounds;
  for (int round = 0; round < options.rounds; ++round) {
    slice(small, reporting, options.open, seconds, of_small);
    echo_slice(small, echo, options.open, seconds, of_echo);
    if (large) slice(*large, *reporting_large, options.open, seconds, of_large);
  }
  outcome.people = people.stop();
  drain(small, of_small, options.patience_s);
  finish(small, reporting, of_small, outcome);
  outcome.ratios.push_back(
      at_least("unchanged rate / echo rate", of_small.rate() / of_echo.rate(), 0.60));
  add_common_ratios(of_small, outcome);
  if (large) {
    drain(*large, of_large, options.patience_s);
    finish(*large, *reporting_large, of_large, outcome);
    outcome.ratios.push_back(at_most("server CPU per unchanged report, large / small fleet",
                                     of_large.server_cpu_ms() / of_small.server_cpu_ms(), 1.2));
    add_common_ratios(of_large, outcome);
  }
  outcome.figures = {of_small, of_echo};
  if (large) outcome.figures.push_back(of_large);
  return outcome;
}

}  // namespace muster::load
