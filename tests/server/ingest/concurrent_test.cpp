// SPDX-License-Identifier: Apache-2.0
// Many agents at once, while people read: what each was told is what the store holds.
#include <catch2/catch.hpp>

#include <thread>

#include "server/cmdb/item_list.h"
#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {

TEST_CASE("reports of many agents at once are all taken, each for its own item",
          "[ingest][thread]") {
  StoreFixture base;
  const Log log(LogLevel::kError);
  ingest::Ingest ingest(base.store(), log);
  constexpr int kMachines = 8;
  std::vector<std::unique_ptr<ReportingMachine>> machines;
  for (int i = 0; i < kMachines; ++i) {
    machines.push_back(
        std::make_unique<ReportingMachine>(base.store(), ingest, "host-" + std::to_string(i)));
  }
  std::atomic<int> asked_again{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < kMachines; ++i) {
    threads.emplace_back([&, i] {
      ReportingMachine& machine = *machines[static_cast<std::size_t>(i)];
      for (int round = 0; round < 10; ++round) {
        machine.install("package-" + std::to_string(round), std::to_string(i));
        const wire::Reply reply = machine.report();
        if (!reply.send_full.empty() || reply.send_hashes || !reply.refused.empty()) ++asked_again;
      }
    });
  }
  std::thread reader([&] {
    for (int i = 0; i < 20; ++i) {
      base.store().read([&](store::Transaction& transaction) {
        cmdb::list_items(transaction, "packages.name:package-3", base.now(), {});
      });
    }
  });
  for (std::thread& thread : threads)
    thread.join();
  reader.join();
  CHECK(asked_again == 0);
  base.store().read([&](store::Transaction& transaction) {
    CHECK(transaction.find_integer("SELECT COUNT(*) FROM items") == kMachines);
    CHECK(transaction.find_integer("SELECT COUNT(*) FROM section_packages WHERE until IS NULL") ==
          kMachines * 10);
    // The names of the packages are shared, their versions are not: one content row for each pair.
    CHECK(transaction.find_integer("SELECT COUNT(*) FROM section_packages_content") ==
          kMachines * 10);
  });
}

}  // namespace muster::server
