// SPDX-License-Identifier: Apache-2.0
// What the profiles share: a server with its agents, slices of work that are measured, and the
// check at the end that nothing acknowledged is missing. Used by one thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/load/echo_server.h"
#include "tests/load/measured_server.h"
#include "tests/load/population.h"
#include "tests/load/profiles.h"
#include "tests/load/reporting.h"

namespace muster::load {

struct SiteOptions {
  std::string name;  // of its folder
  int machines = 0;
  int packages = 0;
  bool enrolled = true;
  bool reported = true;
};

// A running server and the agents that belong to it.
class Site {
 public:
  Site(const Load& load, const SiteOptions& options);

  Fleet fleet;
  MeasuredServer server;
  Population population;
  std::string note;  // how it was filled

  std::vector<LoadAgent>& agents() { return population.agents; }
  ClientOptions client(std::size_t open) const;
  bool loses_something() const { return load_.options.lose_something; }
  // All agents at once.
  std::vector<Arrival> everybody() const;

 private:
  const Load& load_;
};

// Adds what happened since its construction to figures: processor time of server and client.
class Meter {
 public:
  explicit Meter(pid_t server)
      : server_(server), server_cpu_s_(cpu_seconds_of(server)), client_cpu_s_(own_cpu_seconds()) {}
  void add_to(Figures& figures, const Tally& tally, std::uint64_t done) const;

 private:
  pid_t server_;
  double server_cpu_s_, client_cpu_s_;
};

// Agents come flat out for so long: `open` connections at once.
void slice(Site& site, Reporting& reporting, std::size_t open, double seconds, Figures& figures);
void echo_slice(const Site& site, const EchoServer& echo, std::size_t open, double seconds,
                Figures& figures);

// Everything that is still waiting is sent, as the agents' back-off allows.
void drain(Site& site, Figures& figures, double patience_s);

// Peaks and sizes into `figures`, and everything that is wrong into outcome.mistakes: answers that
// no agent should get, the server gone, an acknowledged report missing, hashes that disagree.
void finish(Site& site, const Reporting& reporting, Figures& figures, Outcome& outcome);

// What a machine says next in the steady state (profile_steady.cpp).
LoadAgent::Waiting steady_report(const Fleet& fleet, LoadAgent& agent);

Ratio at_least(const std::string& what, double value, double wanted);
Ratio at_most(const std::string& what, double value, double wanted, const char* unit = "");
void add_common_ratios(const Figures& figures, Outcome& outcome);

Outcome unchanged_profile(const Load& load);
Outcome first_profile(const Load& load);
Outcome steady_profile(const Load& load);
Outcome patch_profile(const Load& load);
Outcome reconnect_profile(const Load& load);
Outcome enrol_profile(const Load& load);
Outcome hostile_profile(const Load& load);

}  // namespace muster::load
