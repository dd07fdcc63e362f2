// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/check_invariants.h"

#include <map>

#include "common/inventory/canonical.h"
#include "common/inventory/schema.h"
#include "server/store/section_tables.h"

namespace muster::server {
namespace {

using inventory::Hash128;
using inventory::SectionSchema;

// A query whose rows are violations; the first column of the first one is shown.
struct Rule {
  std::string_view what;
  std::string_view sql;
};

constexpr Rule kRules[] = {
    {"assignments: at most one of a source record holds", R"sql(
     SELECT 'source record ' || source_record FROM assignments WHERE until IS NULL
     GROUP BY source_record HAVING COUNT(*) > 1)sql"},
    {"assignments: lead to source records and items", R"sql(
     SELECT 'assignment ' || a.assignment_id FROM assignments a
     WHERE NOT EXISTS (SELECT 1 FROM source_records s WHERE s.source_record = a.source_record)
        OR NOT EXISTS (SELECT 1 FROM items i WHERE i.item_id = a.item_id))sql"},
    {"assignments: end after they began", R"sql(
     SELECT 'assignment ' || assignment_id FROM assignments
     WHERE until < since OR (until IS NULL) <> (closed_by IS NULL))sql"},
    {"agents: those that report have an item", R"sql(
     SELECT 'agent ' || a.agent_id FROM agents a
     WHERE a.state = 'active' AND a.source_record IS NOT NULL AND NOT EXISTS (
       SELECT 1 FROM assignments s WHERE s.source_record = a.source_record AND s.until IS NULL))sql"},
    {"agents: at most one is active for a source record", R"sql(
     SELECT 'source record ' || source_record FROM agents
     WHERE state = 'active' AND source_record IS NOT NULL
     GROUP BY source_record HAVING COUNT(*) > 1)sql"},
    {"revisions: their times never go back", R"sql(
     SELECT 'revision ' || r.revision_id FROM revisions r
     JOIN (SELECT revision_id + 1 AS next_id, recorded_at FROM revisions) p ON p.next_id = r.revision_id
     WHERE r.recorded_at < p.recorded_at)sql"},
    {"values: end after they began", R"sql(
     SELECT 'value ' || value_id FROM item_values
     WHERE until < since OR (until IS NULL) <> (closed_by IS NULL))sql"},
    {"statuses: end after they began", R"sql(
     SELECT 'status ' || status_id FROM section_status
     WHERE until < since OR (until IS NULL) <> (closed_by IS NULL))sql"},
};

constexpr std::string_view kStates =
    "SELECT source_record, hash, kept_hash FROM section_state WHERE section = ?1";

void count(InvariantCheck& check, std::string example) {
  if (check.violations++ == 0) check.first = std::move(example);
}

InvariantCheck check_rule(Session& session, std::string what, std::string_view sql) {
  InvariantCheck check{std::move(what), 0, {}};
  session.query(sql, {},
                [&](const ResultRow& row) { count(check, row.optional_text(0).value_or("")); });
  return check;
}

Hash128 hash_of(const ResultRow& row, int column, InvariantCheck& check) {
  const auto hash = Hash128::from_bytes(row.text(column));
  if (!hash) count(check, "a hash that is not 16 bytes");
  return hash.value_or(Hash128{});
}

// The sums are made here and not in SQL, which cannot add 128-bit numbers.
InvariantCheck check_hashes(Session& session, const SectionSchema& schema) {
  InvariantCheck check{std::string(schema.name) + ": hashes are the sums of the rows", 0, {}};
  std::map<std::int64_t, Hash128> sums;
  const std::string open_rows =
      "SELECT source_record, row_hash FROM " + section_table(schema) + " WHERE until IS NULL";
  session.query(open_rows, {},
                [&](const ResultRow& row) { sums[row.integer(0)] += hash_of(row, 1, check); });
  session.query(kStates, {schema.name}, [&](const ResultRow& row) {
    Hash128 expected = hash_of(row, 1, check);
    expected += hash_of(row, 2, check);
    const auto found = sums.find(row.integer(0));
    const Hash128 sum = found == sums.end() ? Hash128{} : found->second;
    if (sum != expected) {
      count(check, "source record " + std::to_string(row.integer(0)) + ": " + sum.to_hex() +
                       " instead of " + expected.to_hex());
    }
    if (found != sums.end()) sums.erase(found);
  });
  for (const auto& [source_record, sum] : sums) {
    count(check, "source record " + std::to_string(source_record) +
                     " has rows and no state of the section");
  }
  return check;
}

void check_section(Session& session, const SectionSchema& schema,
                   std::vector<InvariantCheck>& checks) {
  const std::string name(schema.name);
  const std::string table = section_table(schema);
  checks.push_back(check_rule(session, name + ": one open row of a key",
                              "SELECT 'source record ' || source_record FROM " + table +
                                  " WHERE until IS NULL GROUP BY source_record, row_key "
                                  "HAVING COUNT(*) > 1"));
  checks.push_back(
      check_rule(session, name + ": times and revisions of rows fit",
                 "SELECT 'row ' || r.row_id FROM " + table +
                     " r WHERE r.until < r.since OR (r.until IS NULL) <> (r.closed_by IS NULL)"
                     " OR (r.until IS NULL) <> (r.close_reason IS NULL)"
                     " OR NOT EXISTS (SELECT 1 FROM revisions v WHERE v.revision_id = r.opened_by)"
                     " OR NOT EXISTS (SELECT 1 FROM source_records s"
                     " WHERE s.source_record = r.source_record)"));
  if (schema.has_content()) {
    checks.push_back(check_rule(session, name + ": shared content is there",
                                "SELECT 'row ' || r.row_id FROM " + table +
                                    " r WHERE NOT EXISTS (SELECT 1 FROM " + content_table(schema) +
                                    " c WHERE c.content_id = r.content_id)"));
  }
  checks.push_back(check_hashes(session, schema));
}

}  // namespace

std::vector<InvariantCheck> check_invariants(Session& session) {
  std::vector<InvariantCheck> checks;
  for (const Rule& rule : kRules) {
    checks.push_back(check_rule(session, std::string(rule.what), rule.sql));
  }
  for (const SectionSchema& schema : inventory::section_schemas()) {
    check_section(session, schema, checks);
  }
  return checks;
}

}  // namespace muster::server
