// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/check_invariants.h"

#include <catch2/catch.hpp>

#include "tests/support/reporting_machine.h"
#include "tests/support/temporary_store.h"

using namespace muster;
using namespace muster::server;

namespace {

struct World {
  World() {
    machine.install("openssl", "3.0.8");
    machine.install("zlib1g", "1.2.13");
    machine.report();
    store.pass(900'000);
    machine.install("openssl", "3.0.9");
    machine.packages.erase("zlib1g");
    machine.report();
  }
  // What is violated, one a line.
  std::string violated() {
    std::string out;
    store->read([&](Session& session) {
      for (const InvariantCheck& check : check_invariants(session)) {
        if (!check.ok()) out += check.what + " (" + check.first + ")\n";
      }
    });
    return out;
  }
  void tamper(std::string_view sql) {
    store->write([&](Session& session) { REQUIRE(session.execute(sql) > 0); });
  }

  TemporaryStore store;
  Log log{LogLevel::kError, [](LogLevel, const std::string&) {}};
  Ingest ingest{*store, log};
  ReportingMachine machine{*store, ingest, "host"};
};

}  // namespace

TEST_CASE("what reports have written keeps the invariants", "[invariants]") {
  World world;
  CHECK(world.violated() == "");

  // Rows that are kept because their source failed count too.
  world.machine.statuses["dpkg"] = {inventory::Status::kFailed, "broken"};
  world.store.pass(900'000);
  world.machine.report();
  CHECK(world.violated() == "");
}

TEST_CASE("each invariant is seen when it is broken", "[invariants]") {
  struct Case {
    const char* sql;
    const char* what;
  };
  const Case cases[] = {
      {"UPDATE section_packages SET row_hash = zeroblob(16) WHERE until IS NULL",
       "packages: hashes are the sums of the rows"},
      {"UPDATE section_packages SET row_hash = zeroblob(3) WHERE until IS NULL",
       "packages: hashes are the sums of the rows (a hash that is not 16 bytes"},
      {"DELETE FROM section_state WHERE section = 'os'", "os: hashes are the sums of the rows"},
      {"UPDATE section_packages SET until = since - 1 WHERE until IS NOT NULL",
       "packages: times and revisions of rows fit"},
      {"UPDATE section_packages SET opened_by = 999999", "packages: times and revisions"},
      {"UPDATE section_packages SET content_id = 999999", "packages: shared content is there"},
      {"UPDATE assignments SET item_id = 999999", "assignments: lead to source records and items"},
      {"UPDATE assignments SET until = since - 1, closed_by = 1", "assignments: end after"},
      {"DELETE FROM assignments", "agents: those that report have an item"},
      {"UPDATE revisions SET recorded_at = 0 WHERE revision_id > 1", "revisions: their times"},
      {"INSERT INTO agents (agent_id, source_record, state, enrolled_at, state_changed_at, "
       "state_changed_by) SELECT 'twin', source_record, 'active', 0, 0, 'test' FROM agents",
       "agents: at most one is active"},
      {"UPDATE section_status SET until = since", "statuses: end after they began"},
  };
  for (const Case& one : cases) {
    INFO(one.sql);
    World world;
    world.tamper(one.sql);
    CHECK_THAT(world.violated(), Catch::Contains(one.what));
  }
}
