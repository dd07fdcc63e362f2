// SPDX-License-Identifier: Apache-2.0
// What a profile measured, and how it is shown: a table for people, JSON for scripts.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/json/write.h"
#include "tests/load/client.h"
#include "tests/load/people.h"

namespace muster::load {

// One server (or ceiling) under one kind of work; slices of it are added up.
struct Figures {
  std::string name;
  std::uint64_t done = 0;  // reports acknowledged, echoes, transactions
  double wall_s = 0;
  double server_cpu_s = 0;
  double client_cpu_s = 0;
  Tally tally = {};
  std::uint64_t asked_again = 0;
  double peak_mib = 0;
  double store_mib = 0;
  double peak_wal_mib = 0;

  double rate() const { return wall_s > 0 ? static_cast<double>(done) / wall_s : 0; }
  double server_cpu_ms() const {
    return done > 0 ? server_cpu_s * 1000 / static_cast<double>(done) : 0;
  }
};

// A figure that something is wanted of.
struct Ratio {
  std::string what;
  double value = 0;
  std::string wanted;
  std::optional<bool> reached;
};

struct Outcome {
  std::string profile;
  std::vector<std::string> notes = {};  // how it was made
  std::vector<Figures> figures = {};
  std::vector<Ratio> ratios = {};
  PeopleTimes people = {};
  std::vector<std::string> mistakes = {};  // what must not be: the program then ends with 1
};

void print(const Outcome& outcome);
std::string to_json(const std::vector<Outcome>& outcomes);

}  // namespace muster::load
