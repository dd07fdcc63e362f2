// SPDX-License-Identifier: Apache-2.0
// muster-load: many agents against a real muster-server, and the ceilings beside it. How to read
// what it prints is told in docs/load.md.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "tests/load/echo_server.h"
#include "tests/load/profiles.h"
#include "tests/support/program.h"

namespace muster::load {
namespace {

namespace fs = std::filesystem;

std::string from_environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

int run(int count, char** values) {
  CLI::App app("Many agents against a real muster-server, beside the ceilings of the machine.",
               "muster-load");
  LoadOptions options;
  FleetOptions fleet;
  std::vector<std::string> wanted;
  std::string json_file, settings_file, work;
  fleet.captures = from_environment("MUSTER_SOURCE", ".") + "/tests/captures";
  options.server = from_environment("MUSTER_BIN", ".") + "/muster-server";
  app.add_option("profile", wanted,
                 "unchanged, first, patch, steady, enrol, hostile, reconnect; all without one");
  // run.sh names sizes, and whoever calls it may name others behind them.
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
  bool lists = false;
  app.add_flag("--list", lists, "Prints the names of the profiles");
  app.add_option("--server", options.server, "The program muster-server (MUSTER_BIN)");
  app.add_option("--captures", fleet.captures, "Folder of captured machines (MUSTER_SOURCE)");
  app.add_option("--work", work, "Folder for servers and files; kept. Default: a temporary one");
  app.add_option("--server-settings", settings_file, "Lines for [server] in server.ini");
  app.add_option("--machines", options.machines, "Machines")->capture_default_str();
  app.add_option("--large-fleet", options.large_fleet, "unchanged: also at this size");
  app.add_option("--large-packages", options.large_packages, "Packages of each machine there")
      ->capture_default_str();
  app.add_option("--first-reports", options.first_reports, "first: at most so many machines")
      ->capture_default_str();
  app.add_option("--enrolling", options.enrolling, "enrol: at most so many machines")
      ->capture_default_str();
  app.add_option("--slow-sockets", options.slow_sockets, "hostile: held open")
      ->capture_default_str();
  app.add_option("--reconnecting", options.reconnecting, "reconnect: agents")
      ->capture_default_str();
  app.add_option("--packages", options.packages, "Packages of a machine")->capture_default_str();
  app.add_option("--seconds", options.seconds, "For each side that is measured")
      ->capture_default_str();
  app.add_option("--rounds", options.rounds, "Slices of each side")->capture_default_str();
  app.add_option("--open", options.open, "Connections at once, flat out")->capture_default_str();
  app.add_option("--rate", options.reports_per_s, "steady, hostile: reports a second")
      ->capture_default_str();
  app.add_option("--people", options.people_per_s, "People's requests a second")
      ->capture_default_str();
  app.add_option("--threads", options.threads, "Threads of the agents")->capture_default_str();
  app.add_option("--patience", options.patience_s, "Seconds until all must be acknowledged")
      ->capture_default_str();
  app.add_flag("--lose-something", options.lose_something,
               "Negative control: damages the store before it is checked, so this must end with 1");
  app.add_option("--json", json_file, "The same figures as JSON");
  CLI11_PARSE(app, count, values);

  if (!settings_file.empty()) options.settings = test::read_whole(settings_file);
  if (lists) {
    for (const NamedProfile& profile : profiles())
      std::printf("%s\n", profile.name);
    return 0;
  }
  std::optional<test::TemporaryFolder> temporary;
  if (work.empty()) {
    temporary.emplace();
    work = temporary->path().string();
  }
  options.work = fs::absolute(work);
  options.server = fs::absolute(options.server);
  raise_descriptor_limit();

  std::vector<Outcome> outcomes;
  bool wrong = false;
  for (const NamedProfile& profile : profiles()) {
    if (!wanted.empty() && std::find(wanted.begin(), wanted.end(), profile.name) == wanted.end())
      continue;
    outcomes.push_back(profile.run({options, fleet}));
    print(outcomes.back());
    wrong = wrong || !outcomes.back().mistakes.empty();
  }
  if (outcomes.empty()) {
    std::fprintf(stderr, "muster-load: no such profile\n");
    return 2;
  }
  if (!json_file.empty()) std::ofstream(json_file) << to_json(outcomes);
  return wrong ? 1 : 0;
}

}  // namespace
}  // namespace muster::load

int main(int count, char** values) {
  try {
    if (count == 6 && std::string(values[1]) == "echo")
      return muster::load::run_echo_server(values[2], values[3], values[4], std::atoi(values[5]));
    return muster::load::run(count, values);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "muster-load: %s\n", error.what());
    return 3;
  }
}
