// SPDX-License-Identifier: Apache-2.0
// Query latency at 1,000 and 10,000 machines of 100 packages each, on SQLite: one reader, page of
// 50, with counts.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "server/cmdb/item_list.h"
#include "server/cmdb/item_view.h"
#include "server/facts/section_tables.h"
#include "server/ingest/ingest.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"
#include "tests/bench/bench.h"

namespace muster::bench {
namespace {

constexpr int kQueryPackages = 100;

void add_machines(server::store::Store& store, server::ingest::Ingest& ingest, int from, int to) {
  for (int number = from; number < to; ++number) {
    char id[40];
    std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", number);
    const std::string agent = id;
    store.write([&](server::store::Transaction& transaction) {
      transaction.execute(
          "INSERT INTO agents (agent_id, state, enrolled_at, state_changed_at, state_changed_by) "
          "VALUES (?1, 'active', 0, 0, 'bench')",
          {agent});
    });
    ingest.report(
        agent, wire::to_json(report_of(nullptr, machine_snapshot(number, kQueryPackages, 1, 0), 1)),
        "127.0.0.1");
  }
}

void time_queries(server::store::Store& store, int machines) {
  const std::vector<std::string> queries = {"",
                                            "machine-000000000042",
                                            "serial:MW000000000042",
                                            "packages.name:package-00042",
                                            "packages.name:package-00042 packages.version<1.2",
                                            "NOT packages.name:package-99999",
                                            "class:laptop os.version<12",
                                            "owner:nobody"};
  for (const std::string& query : queries) {
    std::vector<double> samples;
    std::int64_t total = 0;
    for (int i = 0; i < 15; ++i) {
      const auto start = Clock::now();
      store.read([&](server::store::Transaction& transaction) {
        const auto now = server::store::ReadPoint::now(store.clock().now());
        total = server::cmdb::list_items(transaction, query, now, {}).total.value_or(0);
      });
      samples.push_back(seconds_since(start) * 1000);
    }
    std::printf("%6d machines  %-52s %7.2f ms p50 %7.2f ms p95  %6lld items\n", machines,
                query.empty() ? "(all)" : query.c_str(), percentile(samples, 50),
                percentile(samples, 95), static_cast<long long>(total));
  }
  std::vector<double> samples;
  for (int i = 0; i < 50; ++i) {
    const auto start = Clock::now();
    store.read([&](server::store::Transaction& transaction) {
      server::cmdb::item_view(transaction, i + 1,
                              server::store::ReadPoint::now(store.clock().now()));
    });
    samples.push_back(seconds_since(start) * 1000);
  }
  std::printf("%6d machines  %-52s %7.2f ms p50 %7.2f ms p95\n", machines, "one item's page",
              percentile(samples, 50), percentile(samples, 95));
}

}  // namespace

void bench_query() {
  std::printf("== queries (machines of %d packages, SQLite, page of 50 with counts)\n",
              kQueryPackages);
  const TemporaryFolder folder;
  const SystemClock clock;
  const Log log(LogLevel::kError);
  server::store::Store store(server::store::open_sqlite((folder.path / "muster.db").string(), true),
                             server::facts::with_section_tables(), clock);
  server::ingest::Ingest ingest(store, log);
  add_machines(store, ingest, 0, 1000);
  time_queries(store, 1000);
  add_machines(store, ingest, 1000, 10'000);
  time_queries(store, 10'000);
  const auto bytes = std::filesystem::file_size(folder.path / "muster.db");
  std::printf("database: %.0f MiB for 10,000 machines, %.0f bytes a package row with everything\n",
              static_cast<double>(bytes) / (1024.0 * 1024.0),
              static_cast<double>(bytes) / (10'000.0 * kQueryPackages));
}

}  // namespace muster::bench
