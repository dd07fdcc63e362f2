// SPDX-License-Identifier: Apache-2.0
#include "server/installation/check_invariants.h"

#include <catch2/catch.hpp>

#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/temporary_store.h"

using namespace muster;
using namespace muster::server;

namespace {

struct InvariantWorld {
  InvariantWorld() {
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
    store->read([&](store::Transaction& transaction) {
      for (const store::InvariantCheck& check : installation::check_invariants(transaction)) {
        if (!check.ok()) out += check.what + " (" + check.first + ")\n";
      }
    });
    return out;
  }
  void tamper(std::string_view sql) {
    store->write([&](store::Transaction& transaction) {
      const store::Transaction::Values hashes = {store::Blob{std::string(16, '\0')},
                                                 store::Blob{std::string(3, '\0')}};
      REQUIRE(transaction.execute(sql, hashes) > 0);
    });
  }

  TemporaryStore store;
  Log log{LogLevel::kError, [](LogLevel, const std::string&) {}};
  ingest::Ingest ingest{*store, log};
  ReportingMachine machine{*store, ingest, "host"};
};

// What breaks an invariant, and the beginning of what is then said.
struct Breakage {
  const char* sql;
  const char* what;
};
constexpr Breakage kBreakages[] = {
    {"UPDATE section_packages SET row_hash = ?1 WHERE until IS NULL",
     "packages: hashes are the sums of the rows"},
    {"UPDATE section_packages SET row_hash = ?2 WHERE until IS NULL",
     "packages: hashes are the sums of the rows (a hash that is not 16 bytes"},
    {"DELETE FROM section_state WHERE section = 'os'", "os: hashes are the sums of the rows"},
    {"UPDATE section_packages SET until = since - 1 WHERE until IS NOT NULL",
     "packages: times and revisions of rows fit"},
    {"UPDATE section_packages SET opened_by = 999999", "packages: times and revisions"},
    {"UPDATE section_packages SET content_id = 999999", "packages: shared content is there"},
    {"INSERT INTO merged_rows (section, row_id) VALUES ('packages', 999999)",
     "packages: merged rows are in the index of contents"},
    {"INSERT INTO section_packages_by_content (content_id, row_id) SELECT content_id, row_id + "
     "999999 FROM section_packages",
     "packages: the index of contents leads to rows"},
    {"UPDATE assignments SET item_id = 999999", "assignments: lead to source records and items"},
    {"UPDATE assignments SET until = since - 1, closed_by = 1", "assignments: end after"},
    {"DELETE FROM assignments", "agents: those that report have an item"},
    {"UPDATE revisions SET recorded_at = 0 WHERE revision_id > 1", "revisions: their times"},
    {"INSERT INTO agents (agent_id, source_record, state, enrolled_at, state_changed_at, "
     "state_changed_by) SELECT 'twin', source_record, 'active', 0, 0, 'test' FROM agents",
     "agents: at most one is active"},
    {"UPDATE section_status SET until = since", "statuses: end after they began"},
    {"UPDATE section_packages SET row_key = (SELECT MIN(row_key) FROM section_packages WHERE "
     "until IS NULL) WHERE until IS NOT NULL",
     "packages: rows of one key do not overlap"},
    {"UPDATE section_packages_content SET version = '3.0.7' WHERE version = '3.0.8'",
     "packages: shared content is what was received"},
    {"UPDATE section_packages_content SET version = '3.0.7' WHERE version = '3.0.8'",
     "packages: rows are what was received"},
    {"UPDATE section_os SET hostname = 'other'", "os: rows are what was received"},
    {"UPDATE section_packages SET row_key = row_key + 1 WHERE until IS NOT NULL",
     "packages: rows are what was received"},
    {"UPDATE section_packages SET extra = '{' WHERE until IS NULL",
     "packages: rows are what was received"},
    {"UPDATE section_packages SET closed_by = 0 WHERE until IS NOT NULL",
     "packages: times and revisions"},
    {"INSERT INTO assignments (source_record, item_id, reason, since, until, opened_by, "
     "closed_by) "
     "SELECT source_record, item_id, reason, since - 10, since + 10, opened_by, opened_by FROM "
     "assignments",
     "assignments: intervals of one thing do not overlap"},
    {"INSERT INTO presence (source_record, since, last_seen, opened_by) SELECT source_record, "
     "since + 1, last_seen, opened_by FROM presence",
     "presence: stretches of one machine do not overlap"},
    {"UPDATE agent_state SET root = 'another'", "agents: the root of the last report"},
    {"UPDATE agent_state SET reply = '{'", "agents: the root of the last report"},
    {"UPDATE agent_state SET agent_id = 'nobody'", "agent_state: lead to agents by agent_id"},
    {"UPDATE evidence SET opened_by = 999999", "evidence: lead to revisions by opened_by"},
    {"INSERT INTO certificates (serial, agent_id, issued_at, not_after) VALUES ('1', 'x', 0, 0)",
     "certificates: belong to agents"},
    {"INSERT INTO item_values (source_record, attribute, value, since, until, opened_by, "
     "closed_by) SELECT source_record, 'owner', 'ana', 2, 1, opened_by, opened_by FROM "
     "assignments",
     "values: end after they began"},
    {"INSERT INTO item_values (source_record, attribute, value, since, opened_by) VALUES "
     "(999999, 'owner', 'ana', 1, 1)",
     "item_values: lead to source_records by source_record"},
    {"INSERT INTO sessions (hash, user_id, csrf_token, created_at, last_used_at, expires_at, "
     "address) VALUES (?1, 999999, '', 0, 0, 0, '')",
     "sessions: lead to users by user_id"},
    {"INSERT INTO tokens (user_id, name, hash, created_at) VALUES (999999, 'x', ?1, 0)",
     "tokens: lead to users by user_id"},
    {"INSERT INTO ticket_notes (ticket_id, at, author, kind, shown_to_requester, text) VALUES "
     "(999999, 0, 'ana', 'note', 0, 'x')",
     "ticket_notes: lead to tickets by ticket_id"},
    {"INSERT INTO ticket_links (ticket_id, item_id, role, linked_at, linked_by) VALUES (1, "
     "999999, 'affected', 0, 'ana')",
     "ticket_links: lead to items by item_id"},
};

}  // namespace

TEST_CASE("what reports have written keeps the invariants", "[invariants]") {
  InvariantWorld world;
  CHECK(world.violated() == "");

  // Rows that are kept because their source failed count too.
  world.machine.statuses["dpkg"] = {inventory::Status::kFailed, "broken"};
  world.store.pass(900'000);
  world.machine.report();
  CHECK(world.violated() == "");
}

TEST_CASE("looking at a large database tells how far it is", "[invariants]") {
  InvariantWorld world;
  std::string told;
  world.store->read([&](store::Transaction& transaction) {
    installation::check_invariants(
        transaction, [&](std::string_view section, std::size_t done, std::size_t all) {
          if (section == "packages") told += std::to_string(done) + " of " + std::to_string(all);
        });
  });
  CHECK(told == "0 of 1");
}

TEST_CASE("each invariant is seen when it is broken", "[invariants]") {
  for (const Breakage& one : kBreakages) {
    INFO(one.sql);
    InvariantWorld world;
    world.tamper(one.sql);
    CHECK_THAT(world.violated(), Catch::Contains(one.what));
  }
}
