// SPDX-License-Identifier: Apache-2.0
// The ingest path alone, without network and TLS: decode, identify, compare, commit, into SQLite,
// at a population that muster-bench fills first. Reports come from several threads, so that commits
// are shared as in the server.
//   MUSTER_BENCH_MACHINES=20000 muster-bench ingest      (default 1000)
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "server/cmdb/item_list.h"
#include "server/facts/section_tables.h"
#include "server/ingest/ingest.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"
#include "tests/bench/bench.h"

namespace muster::bench {
namespace {

constexpr int kIngestPackages = 1000;
constexpr int kIngestClients = 8;
constexpr int kMeasured = 200;  // reports a phase

double process_cpu_s() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

std::string agent_id(int number) {
  char id[40];
  std::snprintf(id, sizeof id, "00000000-0000-4000-8000-%012d", number);
  return id;
}

class Bench {
 public:
  Bench()
      : store_(server::store::open_sqlite((folder_.path / "muster.db").string(), true),
               server::facts::with_section_tables(), clock_),
        ingest_(store_, log_) {}

  void enrol(int from, int to) {
    store_.write([&](server::store::Transaction& transaction) {
      for (int number = from; number < to; ++number) {
        transaction.execute(
            "INSERT INTO agents (agent_id, state, enrolled_at, state_changed_at, state_changed_by) "
            "VALUES (?1, 'active', 0, 0, 'bench')",
            {agent_id(number)});
      }
    });
  }

  // bodies(i) is made beforehand, so that only the server's side is measured.
  void run(const char* what, int count, const std::function<int(int)>& machine,
           const std::function<std::string(int)>& body, int repeat = 1) {
    std::vector<std::string> bodies;
    for (int i = 0; i < count; ++i)
      bodies.push_back(body(i));
    std::atomic<int> next{0};
    std::mutex mutex;
    std::string failure;
    const double cpu_before = process_cpu_s();
    const auto start = Clock::now();
    std::vector<std::thread> clients;
    for (int c = 0; c < kIngestClients; ++c) {
      clients.emplace_back([&] {
        try {
          for (int i = next++; i < count * repeat; i = next++) {
            ingest_.report(agent_id(machine(i % count)),
                           bodies[static_cast<std::size_t>(i % count)], "127.0.0.1");
          }
        } catch (const std::exception& error) {
          const std::lock_guard lock(mutex);
          failure = error.what();
        }
      });
    }
    for (std::thread& client : clients)
      client.join();
    if (!failure.empty()) throw std::runtime_error(failure);
    const double wall = seconds_since(start);
    const double cpu = process_cpu_s() - cpu_before;
    std::printf("%-44s %9.0f /s %9.3f ms CPU each, store %5.0f MiB, WAL %5.0f MiB\n", what,
                count * repeat / wall, cpu * 1000 / (count * repeat), mebibytes("muster.db"),
                mebibytes("muster.db-wal"));
    std::fflush(stdout);
  }

  void time_query(const char* query) {
    const auto start = Clock::now();
    std::int64_t total = 0;
    store_.read([&](server::store::Transaction& transaction) {
      const auto now = server::store::ReadPoint::now(store_.clock().now());
      total = server::cmdb::list_items(transaction, query, now, {}).total.value_or(0);
    });
    std::printf("%-44s %9.1f ms, %lld items\n", query, seconds_since(start) * 1000,
                static_cast<long long>(total));
  }

 private:
  double mebibytes(const char* file) const {
    std::error_code none;
    const auto bytes = std::filesystem::file_size(folder_.path / file, none);
    return none ? 0 : static_cast<double>(bytes) / (1024.0 * 1024.0);
  }

  TemporaryFolder folder_;
  SystemClock clock_;
  Log log_{LogLevel::kError};
  server::store::Store store_;
  server::ingest::Ingest ingest_;
};

}  // namespace

void bench_ingest() {
  const char* wanted = std::getenv("MUSTER_BENCH_MACHINES");
  const int machines = std::max(kMeasured, wanted == nullptr ? 1000 : std::atoi(wanted));
  std::printf("== ingest alone (%d machines of %d packages, %d reports at a time)\n", machines,
              kIngestPackages, kIngestClients);
  Bench bench;
  bench.enrol(0, machines + kMeasured);
  const auto first = [](int i) {
    return wire::to_json(report_of(nullptr, varied_snapshot(i, kIngestPackages, 0), 1));
  };
  for (int from = 0; from < machines; from += 1000) {
    const auto shifted = [&](int i) { return from + i; };
    bench.run(("first reports from machine " + std::to_string(from)).c_str(),
              std::min(1000, machines - from), shifted, [&](int i) { return first(from + i); });
  }
  bench.run(
      "first reports of new machines", kMeasured, [&](int i) { return machines + i; },
      [&](int i) { return first(machines + i); });
  const auto spread = [&](int i) { return i * (machines / kMeasured); };
  bench.run("20 packages changed", kMeasured, spread, [&](int i) {
    const auto before = varied_snapshot(spread(i), kIngestPackages, 0);
    return wire::to_json(report_of(&before, varied_snapshot(spread(i), kIngestPackages, 20), 2));
  });
  bench.run("1 package changed", kMeasured, spread, [&](int i) {
    const auto before = varied_snapshot(spread(i), kIngestPackages, 20);
    return wire::to_json(report_of(&before, varied_snapshot(spread(i), kIngestPackages, 21), 3));
  });
  bench.run("unchanged", kMeasured, spread, [&](int i) {
    const auto now = varied_snapshot(spread(i), kIngestPackages, 21);
    return wire::to_json(report_of(&now, now, 4));
  });
  bench.run(
      "the same report again", kMeasured, spread,
      [&](int i) {
        const auto now = varied_snapshot(spread(i), kIngestPackages, 21);
        return wire::to_json(report_of(&now, now, 4));
      },
      20);
  bench.time_query("packages.name:package-00042");
  bench.time_query("packages.name:package-00042 packages.version<1.2");
}

}  // namespace muster::bench
