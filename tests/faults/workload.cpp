// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/workload.h"

#include <optional>
#include <sstream>

#include "common/support/log.h"
#include "server/cmdb/items.h"
#include "server/facts/section_tables.h"
#include "server/installation/check_invariants.h"
#include "server/people/users.h"
#include "server/store/sqlite.h"
#include "tests/faults/active_fault.h"
#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/store_fixture.h"

namespace muster::test {
namespace {

using server::store::Store;
using server::store::Transaction;

constexpr std::int64_t kMinuteMs = 60'000;
constexpr const char* kReports = R"sql(
  SELECT COUNT(*) FROM agent_state WHERE agent_id = ?1 AND sequence >= ?2)sql";
constexpr const char* kInstalled = R"sql(
  SELECT COUNT(*) FROM section_packages r JOIN section_packages_content c ON c.content_id = r.content_id
  JOIN agents a ON a.source_record = r.source_record WHERE a.agent_id = ?1 AND c.name = ?2)sql";
constexpr const char* kWorkloadValue =
    "SELECT COUNT(*) FROM item_values WHERE attribute = ?1 AND value = ?2";

std::string database_of(const std::filesystem::path& folder) {
  return (folder / "muster.db").string();
}

// What a server that starts opens, and in that order.
struct Opened {
  Opened(const std::filesystem::path& folder, const Clock& clock, const Log& log,
         std::atomic<bool>& was_ended)
      : store(server::store::open_sqlite(database_of(folder), true),
              server::facts::with_section_tables(
                  {.on_lost_sync = [&was_ended](const std::string&) { was_ended = true; }}),
              clock),
        ingest(store, log, {}) {}
  Store store;
  server::ingest::Ingest ingest;
};

// Two tries: an administrator, or systemd, starts again what did not come up.
std::unique_ptr<Opened> open_twice(const std::filesystem::path& folder, const Clock& clock,
                                   const Log& log, std::atomic<bool>& was_ended, int& refused) {
  for (int i = 0; i < 2; ++i) {
    try {
      return std::make_unique<Opened>(folder, clock, log, was_ended);
    } catch (const server::store::StoreError&) {
      ++refused;
    }
  }
  return nullptr;
}

}  // namespace

std::vector<Acknowledged> Workload::ledger() const {
  const std::lock_guard lock(mutex_);
  return ledger_;
}

void Workload::attempt(std::vector<Acknowledged> facts, const std::function<void()>& step) {
  if (was_ended_) return;
  try {
    step();
  } catch (const server::store::StoreError&) {
    ++refused_;
    return;
  }
  const std::lock_guard lock(mutex_);
  for (Acknowledged& fact : facts)
    ledger_.push_back(std::move(fact));
}

void Workload::run(const std::filesystem::path& folder) {
  server::SettableClock clock;
  const Log log(LogLevel::kError, [](LogLevel, const std::string&) {});
  const std::unique_ptr<Opened> opened = open_twice(folder, clock, log, was_ended_, refused_);
  if (opened == nullptr) return;
  Store& store = opened->store;
  server::ingest::Ingest& ingest = opened->ingest;

  attempt({{"the administrator", "SELECT COUNT(*) FROM users WHERE name = 'ana'", {}}}, [&] {
    store.write([&](Transaction& transaction) {
      server::people::create_user(
          transaction, clock.now(), {.name = "init"},
          {.name = "ana", .role = server::people::Role::kAdmin, .password = {"hash"}});
    });
  });
  std::vector<std::unique_ptr<server::ReportingMachine>> machines;
  for (const char* name : {"loom", "shuttle"}) {
    attempt({}, [&] {
      machines.push_back(std::make_unique<server::ReportingMachine>(store, ingest, name));
    });
  }
  for (int round = 1; round <= 4; ++round) {
    clock.now_ms += 15 * kMinuteMs;
    for (const auto& machine : machines) {
      const std::string package = "package-" + std::to_string(round);
      machine->install(package, "1." + std::to_string(round));
      if (round > 2) machine->packages.erase("package-" + std::to_string(round - 2));
      machine->collect();
      attempt({{"report " + std::to_string(round), kReports, {machine->agent_id, round}},
               {package, kInstalled, {machine->agent_id, package}}},
              [&] { machine->deliver(); });
    }
    std::int64_t item = 0;
    attempt({{"an item", kWorkloadValue, {"name", "item " + std::to_string(round)}}}, [&] {
      item = store.write_value<std::int64_t>([&](Transaction& transaction) {
        return server::cmdb::create_item(transaction, {{"name", "item " + std::to_string(round)}},
                                         {"ana"}, clock.now());
      });
    });
    if (item == 0) continue;
    attempt({{"an edit", kWorkloadValue, {"owner", "owner " + std::to_string(round)}}}, [&] {
      store.write([&](Transaction& transaction) {
        server::cmdb::edit_item(transaction, item, 1, {{"owner", "owner " + std::to_string(round)}},
                                {"ana"}, clock.now());
      });
    });
    // The second half runs with a log that begins anew.
    if (round == 2) {
      set_faults("store.checkpoint_due:error");
      attempt({}, [&] { store.database().backup((folder / "backup").string()); });
    }
  }
}

std::string verify(const std::filesystem::path& folder, const std::vector<Acknowledged>& ledger) {
  const server::SettableClock clock;
  std::ostringstream wrong;
  try {
    if (!std::filesystem::exists(database_of(folder)))
      return ledger.empty() ? "" : "there is no database";
    Store store(server::store::open_sqlite(database_of(folder), true),
                server::facts::with_section_tables(), clock);
    const auto connection = store.database().connect(true, 0);
    connection->begin(false);
    const auto whole = connection->find_text("PRAGMA integrity_check");
    if (whole != "ok") wrong << "integrity_check: " << whole.value_or("no answer") << "\n";
    for (const server::store::InvariantCheck& check :
         server::installation::check_invariants(*connection)) {
      if (!check.ok()) wrong << check.what << ": " << check.first << "\n";
    }
    for (const Acknowledged& fact : ledger) {
      if (connection->find_integer(fact.sql, fact.values).value_or(0) == 0)
        wrong << "lost: " << fact.what << "\n";
    }
    connection->commit();
  } catch (const std::exception& failure) {
    wrong << failure.what() << "\n";
  }
  return wrong.str();
}

}  // namespace muster::test
