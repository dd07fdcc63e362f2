// SPDX-License-Identifier: Apache-2.0
// first: machines that report for the first time, everything at once; and patch: the same few
// packages change on most machines. Beside the first: bare inserts of the same rows into the same
// tables, a transaction for each report, and a transaction for as many reports as agents come at
// once, which is what the server's group commit can gather. Slices alternate.
#include <algorithm>
#include <span>

#include "tests/load/bare_inserts.h"
#include "tests/load/site.h"

namespace muster::load {
namespace {

constexpr std::size_t kGroup = 64;  // the most that the server commits together

void insert_slice(BareInserts& inserts, const Fleet& fleet, std::span<const int> machines,
                  std::size_t together, Figures& figures) {
  for (const int number : machines)
    inserts.prepare(fleet.rows(fleet.machine(number)));
  const Clock::time_point start = Clock::now();
  const double cpu_s = own_cpu_seconds();
  figures.done += inserts.run(together);
  figures.wall_s += seconds_since(start);
  figures.server_cpu_s += own_cpu_seconds() - cpu_s;
}

// Agents [from, to) send what waits, `open` at once.
void waiting_slice(Site& site, Reporting& reporting, const Load& load, std::size_t from,
                   std::size_t to, Figures& figures) {
  std::vector<Arrival> arrivals;
  for (std::size_t i = from; i < to; ++i) {
    if (!site.agents()[i].waiting.empty()) arrivals.push_back({i, Clock::now()});
  }
  ClientOptions client = site.client(load.options.open);
  client.until =
      Clock::now() + std::chrono::milliseconds(static_cast<int>(load.options.patience_s * 1000));
  const std::uint64_t before = reporting.acknowledged();
  const Meter meter(site.server.process());
  const Tally tally = run_exchanges(client, reporting, std::move(arrivals));
  meter.add_to(figures, tally, reporting.acknowledged() - before);
}

Reporting only_what_waits(Site& site) {
  return Reporting(
      site.fleet, site.agents(), [](LoadAgent&) {}, [](LoadAgent&) { return std::nullopt; });
}

}  // namespace

Outcome first_profile(const Load& load) {
  const LoadOptions& options = load.options;
  Outcome outcome{.profile =
                      "first: first reports of " + std::to_string(options.packages) + " packages"};
  const int machines = std::min(options.machines, options.first_reports);
  Site site(
      load,
      {.name = "first", .machines = machines, .packages = options.packages, .reported = false});
  outcome.notes.push_back(site.note);
  const auto together = std::min(options.open, kGroup);
  Figures of_server{.name = "first reports"};
  Figures of_single{.name = "bare inserts, a commit each"};
  Figures of_group{.name = "bare inserts, " + std::to_string(together) + " a commit"};
  BareInserts single(options.work / "bare-single.db"), group(options.work / "bare-group.db");
  Reporting reporting = only_what_waits(site);
  std::vector<int> numbers;
  for (const LoadAgent& agent : site.agents())
    numbers.push_back(agent.machine.number);
  const auto rounds = static_cast<std::size_t>(options.rounds);
  for (std::size_t round = 0; round < rounds; ++round) {
    const std::size_t from = numbers.size() * round / rounds;
    const std::size_t to = numbers.size() * (round + 1) / rounds;
    for (std::size_t i = from; i < to; ++i) {
      LoadAgent& agent = site.agents()[i];
      agent.waiting.push_back(waiting(site.fleet.first_report(agent.machine)));
    }
    waiting_slice(site, reporting, load, from, to, of_server);
    const auto part = std::span<const int>(numbers).subspan(from, to - from);
    insert_slice(single, site.fleet, part, 1, of_single);
    insert_slice(group, site.fleet, part, together, of_group);
  }
  outcome.notes.push_back(std::to_string(single.rows()) + " rows inserted by each ceiling");
  finish(site, reporting, of_server, outcome);
  outcome.ratios.push_back(at_least("first-report rate / bare inserts, a commit each",
                                    of_server.rate() / of_single.rate(), 0.5));
  outcome.ratios.push_back(at_least("first-report rate / bare inserts, grouped commits",
                                    of_server.rate() / of_group.rate(), 0.5));
  add_common_ratios(of_server, outcome);
  outcome.figures = {of_server, of_single, of_group};
  return outcome;
}

Outcome patch_profile(const Load& load) {
  const LoadOptions& options = load.options;
  Outcome outcome{.profile = "patch: the same 20 packages change on nine machines of ten"};
  Site site(load, {.name = "patch", .machines = options.machines, .packages = options.packages});
  outcome.notes.push_back(site.note);
  for (LoadAgent& agent : site.agents()) {
    const bool patched = mix(static_cast<std::uint64_t>(agent.machine.number), 8) % 10 < 9;
    agent.waiting.push_back(
        waiting(patched ? site.fleet.update_report(agent.machine, site.fleet.patch_day())
                        : site.fleet.unchanged_report(agent.machine)));
  }
  Reporting reporting = only_what_waits(site);
  Figures figures{.name = "patch day"};
  People people(site.server.people_port(), site.population.api_token, options.people_per_s);
  waiting_slice(site, reporting, load, 0, site.agents().size(), figures);
  outcome.people = people.stop();
  finish(site, reporting, figures, outcome);
  add_common_ratios(figures, outcome);
  outcome.figures = {figures};
  return outcome;
}

}  // namespace muster::load
