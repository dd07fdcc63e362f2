// SPDX-License-Identifier: Apache-2.0
// The profiles of muster-load: what the agents do, beside which ceiling, and what must hold
// afterwards. Each makes a server of its own below the work folder and takes it down again. Throws
// std::runtime_error when something could not be set up; what the server did wrong is in
// Outcome::mistakes.
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "tests/load/figures.h"
#include "tests/load/fleet.h"

namespace muster::load {

struct LoadOptions {
  std::filesystem::path server;  // the program muster-server
  std::filesystem::path work;
  std::string settings;  // more lines for server.ini
  int machines = 1000;
  int large_fleet = 0;       // unchanged: also with so many machines; 0: not
  int large_packages = 100;  // of each of them, and of those that reconnect
  int packages = 1000;
  int first_reports = 400;     // first: at most so many machines
  int enrolling = 2000;        // enrol: at most so many machines, with large_packages each
  int slow_sockets = 200;      // hostile
  int reconnecting = 10'000;   // with large_packages each
  double seconds = 10;         // of each profile, or of each side where two alternate
  int rounds = 4;              // slices of each side
  std::size_t open = 32;       // connections at once where agents come flat out
  double reports_per_s = 111;  // steady: 100,000 machines every 900 s
  double people_per_s = 10;
  int threads = 2;  // of the client
  int echo_threads = 256;
  bool lose_something = false;  // the negative control: the check at the end must fail
  double patience_s = 600;      // until everything must be acknowledged
};

struct Load {
  const LoadOptions& options;
  const FleetOptions& fleet_options;
};

using Profile = Outcome (*)(const Load& load);
struct NamedProfile {
  const char* name;
  Profile run;
};
const std::vector<NamedProfile>& profiles();

}  // namespace muster::load
