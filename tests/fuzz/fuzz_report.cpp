// SPDX-License-Identifier: Apache-2.0
// The report decoder on bytes of any kind. What it takes can be stored as it is: texts that every
// database takes, keys that are unique, hashes that agree with the rows; what it refuses, it
// refuses with a path. Applied to a store with a machine in it, the report leaves every invariant
// whole and no other machine touched; then it is rolled back, so that each input meets the same
// store.
#include <set>

#include "common/inventory/canonical.h"
#include "common/support/text.h"
#include "server/error.h"
#include "server/ingest/apply_report.h"
#include "server/ingest/decode.h"
#include "server/installation/check_invariants.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/ingest/reporting_machine.h"
#include "tests/support/store/temporary_store.h"

using namespace muster;
using namespace muster::server;
using muster::fuzz::require;

namespace {

struct World {
  World() {
    // Ids that the kept inputs name.
    machine.boot_id = "6d6f9a2e-8a56-4c5d-a2f6-1f1e5a1e7a10";
    machine.system.uuid = "4c4c4544-0042-3010-8052-b4c04f313233";
    machine.system.serial_number = "MW0123456789";
    machine.install("openssl", "3.0.8");
    machine.install("curl", "7.88.1-10");
    machine.report();
    neighbour.install("openssl", "3.0.8");
    neighbour.report();
    connection = store->database().connect(false, 0);
  }

  TemporaryStore store;
  Log log{LogLevel::kError, [](LogLevel, const std::string&) {}};
  ingest::Ingest ingest{*store, log};
  ReportingMachine machine{*store, ingest, "web-1"};
  ReportingMachine neighbour{*store, ingest, "web-2"};
  std::unique_ptr<store::Connection> connection;
  ingest::ContentIds contents;
};

void check_text(const std::string& text) {
  require(is_valid_utf8(text) && text.find('\0') == std::string::npos);
}

void check_row(const inventory::SectionSchema& schema, const ingest::DecodedRow& row) {
  const std::string canonical = inventory::canonical_json(schema, row.row);
  require(inventory::row_hash(canonical) == row.hash && canonical.size() <= inventory::kRowBytes);
  require(inventory::row_key(schema, row.row) == row.key);
  check_text(canonical);
}

void check_decoded(const ingest::DecodedReport& report) {
  require(report.sequence >= 1 && !report.boot_id.empty() && report.root.size() == 64);
  check_text(report.boot_id + report.sent_boot_id + report.agent_version + report.vitals);
  for (const auto& [name, section] : report.sections) {
    require(section.schema->name == name && !report.refused.contains(name));
    require(section.schema_version >= 1 && !section.providers.empty());
    for (const auto& [source, status] : section.providers)
      check_text(status.reason);
    std::set<std::string> keys(section.remove.begin(), section.remove.end());
    require(keys.size() == section.remove.size());
    inventory::Hash128 sum;
    for (const ingest::DecodedRow& row : section.rows) {
      require(keys.insert(row.key).second && section.providers.contains(row.provider));
      check_row(*section.schema, row);
      sum += row.hash;
    }
    if (!section.base) require(sum == section.hash && section.remove.empty());
  }
  for (const auto& [name, refusal] : report.refused) {
    require(refusal.path.starts_with("sections." + name) && !refusal.code.empty());
    check_text(refusal.detail);
  }
}

std::int64_t rows_of_neighbour(store::Transaction& transaction, const std::string& agent_id) {
  return transaction
      .find_integer(
          "SELECT count(*) FROM section_packages r JOIN agent_state s ON s.source_record = "
          "r.source_record WHERE s.agent_id = ?1 AND r.until IS NULL",
          {agent_id})
      .value();
}

void check_applied(World& world, const ingest::DecodedReport& report) {
  store::Connection& transaction = *world.connection;
  transaction.begin(true);
  const std::int64_t before = rows_of_neighbour(transaction, world.neighbour.agent_id);
  try {
    const ingest::ReportContext context{world.machine.agent_id, "192.0.2.7", world.store.now(), 900,
                                        world.contents};
    const ingest::ReportResult result = ingest::apply_report(transaction, context, report);
    if (!result.stale_after) require(result.reply.acknowledged == report.sequence);
    for (const store::InvariantCheck& check : installation::check_invariants(transaction))
      require(check.ok());
    require(rows_of_neighbour(transaction, world.neighbour.agent_id) == before);
  } catch (const Error& error) {
    require(!error.code.empty() && static_cast<int>(error.status) < 500);
  }
  transaction.rollback();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static World* const world = new World;  // lives as long as the process
  try {
    const ingest::DecodedReport report = ingest::decode_report(fuzz::as_text(data, size));
    check_decoded(report);
    check_applied(*world, report);
  } catch (const Error& error) {
    require(error.status == Status::kBadRequest || error.status == Status::kUnprocessable);
    require(error.status == Status::kBadRequest || error.path);
  }
  return 0;
}
