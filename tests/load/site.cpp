// SPDX-License-Identifier: Apache-2.0
#include "tests/load/site.h"

#include <cstdio>

namespace muster::load {
namespace {

// muster-server doctor's checks read every row: only where that takes seconds.
constexpr std::size_t kWholeCheckMachines = 1000;

FleetOptions with_packages(FleetOptions options, int packages) {
  options.packages = packages;
  return options;
}

std::string number(double value, const char* format = "%.2f") {
  char text[64] = {};
  std::snprintf(text, sizeof text, format, value);
  return text;
}

}  // namespace

Site::Site(const Load& load, const SiteOptions& options)
    : fleet(with_packages(load.fleet_options, options.packages)),
      server({.program = load.options.server,
              .folder = load.options.work / options.name,
              .settings = load.options.settings}),
      load_(load) {
  const Clock::time_point start = Clock::now();
  population = make_population(fleet, {.data = server.data(),
                                       .machines = options.machines,
                                       .first_number = 1,
                                       .enrolled = options.enrolled,
                                       .reported = options.reported});
  note = std::to_string(options.machines) + " machines; " + fleet.description();
  if (options.enrolled) {
    note += options.reported
                ? "; enrolled and first reports put into the store directly, before the start"
                : "; enrolled directly in the store, before the start";
  }
  note += " (" + number(seconds_since(start), "%.1f") + " s)";
  server.start();
  server.forget_peaks();
}

ClientOptions Site::client(std::size_t open) const {
  return {.port = server.agents_port(),
          .authorities = server.authorities(),
          .threads = load_.options.threads,
          .open = open};
}

std::vector<Arrival> Site::everybody() const {
  std::vector<Arrival> out;
  for (std::size_t i = 0; i < population.agents.size(); ++i)
    out.push_back({i, Clock::now()});
  return out;
}

void Meter::add_to(Figures& figures, const Tally& tally, std::uint64_t done) const {
  figures.server_cpu_s += cpu_seconds_of(server_) - server_cpu_s_;
  figures.client_cpu_s += own_cpu_seconds() - client_cpu_s_;
  figures.done += done;
  figures.wall_s += tally.wall_s;
  figures.tally.add(tally);
}

void slice(Site& site, Reporting& reporting, std::size_t open, double seconds, Figures& figures) {
  ClientOptions options = site.client(open);
  options.until = Clock::now() + std::chrono::milliseconds(static_cast<int>(seconds * 1000));
  const std::uint64_t before = reporting.acknowledged();
  const Meter meter(site.server.process());
  const Tally tally = run_exchanges(options, reporting, site.everybody());
  meter.add_to(figures, tally, reporting.acknowledged() - before);
}

void echo_slice(const Site& site, const EchoServer& echo, std::size_t open, double seconds,
                Figures& figures) {
  ClientOptions options = site.client(open);
  options.port = echo.port();
  options.until = Clock::now() + std::chrono::milliseconds(static_cast<int>(seconds * 1000));
  Echoing echoing(site.fleet, site.population.agents);
  const Meter meter(echo.process());
  const Tally tally = run_exchanges(options, echoing, site.everybody());
  meter.add_to(figures, tally, tally.count(200));
}

void drain(Site& site, Figures& figures, double patience_s) {
  std::vector<Arrival> waiting;
  for (std::size_t i = 0; i < site.agents().size(); ++i) {
    if (!site.agents()[i].waiting.empty()) waiting.push_back({i, Clock::now()});
  }
  if (waiting.empty()) return;
  Reporting rest(
      site.fleet, site.agents(), [](LoadAgent&) {}, [](LoadAgent&) { return std::nullopt; });
  ClientOptions options = site.client(0);
  options.until = Clock::now() + std::chrono::milliseconds(static_cast<int>(patience_s * 1000));
  Tally tally = run_exchanges(options, rest, std::move(waiting));
  tally.wall_s = 0;  // after the time that was measured
  tally.latencies_ms.clear();
  figures.tally.add(tally);
}

void finish(Site& site, const Reporting& reporting, Figures& figures, Outcome& outcome) {
  figures.asked_again = reporting.asked_again();
  figures.peak_mib = peak_resident_mib_of(site.server.process());
  figures.store_mib = site.server.store_mib();
  figures.peak_wal_mib = site.server.peak_wal_mib();
  for (const std::string& text : reporting.unexpected_texts())
    outcome.mistakes.push_back(figures.name + ": " + text);
  if (!site.server.is_running()) {
    outcome.mistakes.push_back(figures.name + ": muster-server has ended");
    return;
  }
  std::size_t waiting = 0;
  for (const LoadAgent& agent : site.agents())
    waiting += agent.waiting.empty() ? 0 : 1;
  if (waiting > 0) {
    outcome.mistakes.push_back(figures.name + ": " + std::to_string(waiting) +
                               " agents hold reports that were not acknowledged in time");
  }
  if (site.loses_something()) lose_something(site.server.database());
  for (std::string& text : compare_with_store(site.server.database(), site.agents()))
    outcome.mistakes.push_back(figures.name + ": " + std::move(text));
  if (site.agents().size() <= kWholeCheckMachines) {
    for (std::string& text : check_store(site.server.database()))
      outcome.mistakes.push_back(figures.name + ": the store: " + std::move(text));
  }
  if (figures.tally.faults() > 0)
    outcome.mistakes.push_back(figures.name + ": " + std::to_string(figures.tally.faults()) +
                               " exchanges of honest agents ended without an answer");
  if (figures.tally.without_retry_after > 0)
    outcome.mistakes.push_back(figures.name + ": 503 or 429 without Retry-After");
}

Ratio at_least(const std::string& what, double value, double wanted) {
  return {what, value, "at least " + number(wanted), value >= wanted};
}

Ratio at_most(const std::string& what, double value, double wanted, const char* unit) {
  return {what, value, "at most " + number(wanted, "%.1f") + unit, value <= wanted};
}

void add_common_ratios(const Figures& figures, Outcome& outcome) {
  outcome.ratios.push_back(
      at_most("peak resident memory, " + figures.name, figures.peak_mib, 500, " MiB"));
  if (!outcome.people.item_ms.empty()) {
    outcome.ratios.push_back(
        at_most("item page p95 meanwhile", percentile(outcome.people.item_ms, 95), 150, " ms"));
  }
}

}  // namespace muster::load
