// SPDX-License-Identifier: Apache-2.0
// What the parts of muster-bench share: percentiles, machines that report, and programs that are
// measured.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "common/inventory/snapshot.h"
#include "common/wire/report.h"

namespace muster::bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Of samples in any order; p from 0 to 100.
double percentile(std::vector<double> samples, double p);

struct ProcessCost {
  double wall_s = 0;
  double cpu_s = 0;     // user and system, children included
  double peak_mib = 0;  // resident, of the largest process
  std::int64_t output_bytes = 0;
};
// Runs the program with its output thrown away (and counted). Throws when it cannot be run or
// fails.
ProcessCost measure(const std::vector<std::string>& arguments);

// CPU seconds that a running process has used, and its resident memory now.
double cpu_seconds_of(int process_id);
double resident_mib_of(int process_id);

// The sections of a made-up machine: `packages` packages of which `changed` differ from the first
// generation.
inventory::Snapshot machine_snapshot(int number, int packages, int generation, int changed);
// The same, but as in a fleet: `packages` of 20,000 packages, others on each machine, of which the
// first `changed` have another version.
inventory::Snapshot varied_snapshot(int number, int packages, int changed);
wire::Report report_of(const inventory::Snapshot* before, const inventory::Snapshot& now,
                       std::int64_t sequence);

class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  std::filesystem::path path;
};

void bench_agent();
void bench_ingest();
void bench_server();
void bench_query();

}  // namespace muster::bench
