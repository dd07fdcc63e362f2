// SPDX-License-Identifier: Apache-2.0
// The index of contents is merged in from time to time: whatever part of it is merged, queries
// answer what a look at all rows answers.
#include <catch2/catch.hpp>

#include <random>
#include <thread>

#include "server/cmdb/item_list.h"
#include "server/cmdb/items.h"
#include "server/ingest/merge_index.h"
#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

constexpr std::string_view kLookAtAll = R"sql(
  SELECT COUNT(DISTINCT a.item_id) FROM inventory_packages p
  JOIN assignments a ON a.source_record = p.source_record AND a.until IS NULL
  WHERE p.name = ?1 AND p.since <= ?2 AND (p.until IS NULL OR p.until > ?2))sql";
constexpr std::string_view kItemOf = R"sql(
  SELECT a.item_id FROM agents g JOIN assignments a ON a.source_record = g.source_record
  WHERE g.agent_id = ?1)sql";
// Rows that a query would miss, and entries that lead nowhere or to another content.
constexpr std::string_view kWrongEntries = R"sql(
  SELECT (SELECT COUNT(*) FROM section_packages r
          WHERE r.row_id <= (SELECT m.row_id FROM merged_rows m WHERE m.section = 'packages')
            AND NOT EXISTS (SELECT 1 FROM section_packages_by_content x
                            WHERE x.row_id = r.row_id AND x.content_id = r.content_id))
       + (SELECT COUNT(*) FROM section_packages_by_content x
          WHERE NOT EXISTS (SELECT 1 FROM section_packages r
                            WHERE r.row_id = x.row_id AND r.content_id = x.content_id)))sql";

struct MergeWorld {
  StoreFixture base;
  Log log{LogLevel::kError};
  ingest::Ingest ingest{base.store(), log, {.interval_s = 900, .merge = {}}};

  void compare(std::int64_t at_ms) {
    for (int number = 0; number < 6; ++number) {
      const std::string name = "package-" + std::to_string(number);
      base.store().read([&](store::Transaction& transaction) {
        const auto page =
            cmdb::list_items(transaction, "packages.name=" + name, base.at(at_ms), {});
        CHECK(page.total == transaction.find_integer(kLookAtAll, {name, at_ms}));
        const bool is_now = at_ms == base.clock.now_ms;
        if (is_now) {
          CHECK(cmdb::list_items(transaction, "packages.name=" + name, base.now(), {}).total ==
                page.total);
        }
      });
    }
  }
  std::int64_t pending() {
    return base.read(
        [](store::Transaction& transaction) { return ingest::pending_rows(transaction); });
  }
};

}  // namespace

TEST_CASE("queries answer the same whatever part of the content index is merged", "[ingest]") {
  MergeWorld world;
  std::mt19937 random(7);
  const auto choose = [&](int count) { return static_cast<int>(random() % unsigned(count)); };
  std::vector<std::unique_ptr<ReportingMachine>> machines;
  for (int i = 0; i < 6; ++i) {
    machines.push_back(std::make_unique<ReportingMachine>(world.base.store(), world.ingest,
                                                          "host-" + std::to_string(i)));
  }
  std::vector<std::int64_t> moments;
  for (int step = 0; step < 40; ++step) {
    world.base.clock.now_ms += 60'000;
    ReportingMachine& machine = *machines[static_cast<std::size_t>(
        step < 20 ? choose(6) : 1 + choose(5))];  // the first one is purged on the way
    for (int change = choose(4); change >= 0; --change) {
      const std::string name = "package-" + std::to_string(choose(6));
      if (choose(3) == 0) {
        machine.packages.erase(name);
      } else {
        machine.install(name, std::to_string(choose(3)));
      }
    }
    machine.report();
    if (choose(3) == 0) {
      world.base.store().write([&](store::Transaction& transaction) {
        ingest::merge_indexes(transaction, 1 + choose(5));
      });
    }
    if (step == 20) {
      world.base.store().write([&](store::Transaction& transaction) {
        const auto item = transaction.find_integer(kItemOf, {machines.front()->agent_id});
        cmdb::purge_item(transaction, item.value(), {"test"}, world.base.clock.now());
      });
    }
    moments.push_back(world.base.clock.now_ms);
    if (step > 20) world.compare(moments[static_cast<std::size_t>(20 + choose(step - 20))]);
    world.compare(world.base.clock.now_ms);
    CHECK(world.base.read([](store::Transaction& transaction) {
      return transaction.find_integer(kWrongEntries);
    }) == 0);
  }
  while (world.base.store().write_value<bool>(
      [](store::Transaction& transaction) { return ingest::merge_indexes(transaction, 10); })) {
  }
  CHECK(world.pending() == 0);
  world.compare(world.base.clock.now_ms);
}

TEST_CASE("the merger takes over what is pending, also from before a restart", "[ingest][thread]") {
  MergeWorld world;
  ReportingMachine machine(world.base.store(), world.ingest, "host");
  for (int i = 0; i < 5; ++i)
    machine.install("package-" + std::to_string(i), "1");
  machine.report();
  CHECK(world.pending() == 5);
  const auto merged = [&](ingest::IndexMerger& merger, std::int64_t told) {
    merger.added(told);
    // It works in a thread of its own; ten seconds are far more than it ever needs.
    for (int i = 0; i < 1000 && world.pending() > 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return world.pending() == 0;
  };
  {
    ingest::IndexMerger merger(world.base.store(), world.log,
                               {.pending = 6, .every_ms = 3'600'000});
    CHECK(merged(merger, 1));  // the five of before count
  }
  machine.install("package-6", "1");
  machine.report();
  ingest::IndexMerger merger(world.base.store(), world.log, {.pending = 1'000'000, .every_ms = 20});
  CHECK(merged(merger, 1));  // few, but their time has come
}

}  // namespace muster::server
