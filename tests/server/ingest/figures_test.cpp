// SPDX-License-Identifier: Apache-2.0
// What a report costs on the store that MUSTER_TEST_STORE names, printed: hidden, since times prove
// nothing about right and wrong. test_ingest "[figures]"
#include <catch2/catch.hpp>

#include <chrono>
#include <iostream>
#include <thread>

#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {

TEST_CASE("what reports cost", "[.][figures]") {
  constexpr int kMachines = 64;
  constexpr int kPackages = 1000;
  constexpr int kRounds = 10;
  StoreFixture base;
  const Log log{LogLevel::kError};
  ingest::Ingest ingest{base.store(), log};
  std::vector<std::unique_ptr<ReportingMachine>> machines;
  for (int i = 0; i < kMachines; ++i) {
    machines.push_back(
        std::make_unique<ReportingMachine>(base.store(), ingest, "host-" + std::to_string(i)));
    for (int p = 0; p < kPackages; ++p)
      machines.back()->install("package-" + std::to_string(p), std::to_string(p % 7 + 1));
  }
  const auto each_ms = [&](int threads, const std::function<void(ReportingMachine&)>& work) {
    const auto begun = std::chrono::steady_clock::now();
    std::vector<std::thread> running;
    for (int t = 0; t < threads; ++t) {
      running.emplace_back([&, t] {
        for (int i = t; i < kMachines; i += threads)
          work(*machines[static_cast<std::size_t>(i)]);
      });
    }
    for (std::thread& thread : running)
      thread.join();
    const std::chrono::duration<double, std::milli> taken =
        std::chrono::steady_clock::now() - begun;
    return taken.count() / kMachines;
  };
  const auto report = [](ReportingMachine& machine) { machine.report(); };
  std::cout << "first report of " << kPackages << " packages: " << each_ms(1, report) << " ms\n";
  for (const int threads : {1, 32}) {
    double sum = 0;
    for (int round = 0; round < kRounds; ++round) {
      base.clock.now_ms += 900'000;
      sum += each_ms(threads, report);
    }
    std::cout << "unchanged report, " << threads << " at once: " << sum / kRounds << " ms\n";
  }
}

}  // namespace muster::server
