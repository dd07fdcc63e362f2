// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/check_sections.h"

#include <utility>

#include "common/inventory/canonical.h"
#include "common/inventory/schema.h"
#include "common/inventory/snapshot.h"
#include "common/wire/report.h"
#include "server/facts/section_tables.h"
#include "server/ingest/check_section_rows.h"

namespace muster::server::ingest {
namespace {

using inventory::SectionSchema;
using store::check_rule;
using store::count_violation;
using store::InvariantCheck;

constexpr std::string_view kSourceRecords =
    "SELECT source_record FROM source_records WHERE kind = 'agent' ORDER BY source_record";
constexpr std::string_view kAgentRoots = "SELECT source_record, root, reply FROM agent_state";
constexpr std::string_view kStoredRootLines =
    "SELECT section, schema, hash, status_line FROM section_state WHERE source_record = ?1";

// Where the server asked for nothing more, both sides agreed on everything.
InvariantCheck check_roots(store::Transaction& transaction) {
  InvariantCheck check{"agents: the root of the last report is that of the sections", 0, {}};
  std::vector<std::pair<std::int64_t, std::string>> agreed;
  transaction.scan(kAgentRoots, {}, [&](const store::ResultRow& row) {
    const auto reply = wire::parse_reply(row.text(2));
    if (!reply) {
      count_violation(check, "the reply to source record " + std::to_string(row.integer(0)) +
                                 " cannot be read");
    } else if (reply->send_full.empty() && !reply->send_hashes) {
      agreed.emplace_back(row.integer(0), row.text(1));
    }
  });
  for (const auto& [source_record, root] : agreed) {
    std::vector<inventory::RootLine> lines;
    bool is_readable = true;
    transaction.query(kStoredRootLines, {source_record}, [&](const store::ResultRow& row) {
      if (inventory::find_section(row.text(0)) == nullptr) return;
      const auto hash = inventory::Hash128::from_bytes(row.text(2));
      is_readable = is_readable && hash;
      lines.push_back({std::string(row.text(0)), static_cast<int>(row.integer(1)),
                       hash.value_or(inventory::Hash128{}).to_hex(), std::string(row.text(3))});
    });
    if (is_readable && inventory::root_hash(std::move(lines)) == root) continue;
    count_violation(check, "source record " + std::to_string(source_record));
  }
  return check;
}

void check_section(store::Transaction& transaction, const SectionSchema& schema,
                   const std::vector<std::int64_t>& source_records, const SectionProgress& progress,
                   std::vector<InvariantCheck>& checks) {
  const std::string name(schema.name);
  const std::string table = facts::section_table(schema);
  checks.push_back(check_rule(
      transaction,
      {name + ": times and revisions of rows fit",
       "SELECT 'row ' || r.row_id FROM " + table +
           " r WHERE r.until < r.since OR r.not_before > r.since OR r.close_not_before > r.until"
           " OR r.closed_by < r.opened_by OR (r.until IS NULL) <> (r.closed_by IS NULL)"
           " OR (r.until IS NULL) <> (r.close_reason IS NULL)"
           " OR NOT EXISTS (SELECT 1 FROM revisions v WHERE v.revision_id = r.opened_by)"
           " OR NOT EXISTS (SELECT 1 FROM source_records s"
           " WHERE s.source_record = r.source_record)"}));
  if (schema.has_content()) {
    checks.push_back(check_rule(
        transaction,
        {name + ": shared content is there",
         "SELECT 'row ' || r.row_id FROM " + table + " r WHERE NOT EXISTS (SELECT 1 FROM " +
             facts::content_table(schema) + " c WHERE c.content_id = r.content_id)"}));
    checks.push_back(check_content(transaction, schema));
    // What is said to be merged is what queries find by the index alone.
    const std::string same = "r.row_id = x.row_id AND r.content_id = x.content_id";
    const std::string index = facts::by_content_table(schema);
    checks.push_back(check_rule(
        transaction,
        {name + ": merged rows are in the index of contents",
         "SELECT 'row ' || r.row_id FROM " + table +
             " r WHERE r.row_id <= (SELECT m.row_id FROM merged_rows m WHERE m.section = '" + name +
             "') AND NOT EXISTS (SELECT 1 FROM " + index + " x WHERE " + same + ")"}));
    checks.push_back(check_rule(transaction, {name + ": the index of contents leads to rows",
                                              "SELECT 'row ' || x.row_id FROM " + index +
                                                  " x WHERE NOT EXISTS (SELECT 1 FROM " + table +
                                                  " r WHERE " + same + ")"}));
  }
  for (InvariantCheck& check : check_section_rows(transaction, schema, source_records, progress))
    checks.push_back(std::move(check));
}

}  // namespace

std::vector<InvariantCheck> check_sections(store::Transaction& transaction,
                                           const SectionProgress& progress) {
  std::vector<InvariantCheck> checks;
  checks.push_back(check_roots(transaction));
  std::vector<std::int64_t> source_records;
  transaction.query(kSourceRecords, {},
                    [&](const store::ResultRow& row) { source_records.push_back(row.integer(0)); });
  for (const SectionSchema& schema : inventory::section_schemas())
    check_section(transaction, schema, source_records, progress, checks);
  return checks;
}

}  // namespace muster::server::ingest
