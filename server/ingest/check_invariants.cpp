// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/check_invariants.h"

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
       SELECT 1 FROM assignments s WHERE s.source_record = a.source_record
       AND s.until IS NULL))sql"},
    {"agents: at most one is active for a source record", R"sql(
     SELECT 'source record ' || source_record FROM agents
     WHERE state = 'active' AND source_record IS NOT NULL
     GROUP BY source_record HAVING COUNT(*) > 1)sql"},
    {"revisions: their times never go back", R"sql(
     SELECT 'revision ' || r.revision_id FROM revisions r
     JOIN (SELECT revision_id + 1 AS next_id, recorded_at
     FROM revisions) p ON p.next_id = r.revision_id
     WHERE r.recorded_at < p.recorded_at)sql"},
    {"values: end after they began", R"sql(
     SELECT 'value ' || value_id FROM item_values
     WHERE until < since OR (until IS NULL) <> (closed_by IS NULL))sql"},
    {"statuses: end after they began", R"sql(
     SELECT 'status ' || status_id FROM section_status
     WHERE until < since OR (until IS NULL) <> (closed_by IS NULL))sql"},
    {"evidence: ends after it began", R"sql(
     SELECT 'evidence ' || evidence_id FROM evidence
     WHERE until < since OR (until IS NULL) <> (closed_by IS NULL))sql"},
    {"presence: stretches of one machine do not overlap", R"sql(
     SELECT 'presence ' || id FROM (
       SELECT presence_id AS id, since, last_seen, LAG(last_seen) OVER (
         PARTITION BY source_record ORDER BY since, presence_id) AS before_seen
         FROM presence) AS spans
     WHERE last_seen < since OR before_seen > since)sql"},
    {"certificates: belong to agents", R"sql(
     SELECT 'certificate ' || c.serial FROM certificates c
     WHERE c.agent_id <> '' AND NOT EXISTS (SELECT 1 FROM agents a
     WHERE a.agent_id = c.agent_id))sql"},
};

constexpr std::string_view kSourceRecords =
    "SELECT source_record FROM source_records WHERE kind = 'agent' ORDER BY source_record";
constexpr std::string_view kAgentRoots = "SELECT source_record, root, reply FROM agent_state";
constexpr std::string_view kStoredRootLines =
    "SELECT section, schema, hash, status_line FROM section_state WHERE source_record = ?1";

// Temporal tables whose intervals must not overlap, with the columns that identify what they are
// of.
struct Intervals {
  std::string_view table;
  std::string_view id;
  std::string_view of;
};
constexpr Intervals kIntervals[] = {
    {"assignments", "assignment_id", "source_record"},
    {"item_values", "value_id", "source_record, attribute"},
    {"section_status", "status_id", "source_record, section, source"},
    {"evidence", "evidence_id", "source_record, kind, value"},
};

// Tables whose rows refer to an owner; a row without its owner is an orphan.
struct Belonging {
  std::string_view table;
  std::string_view column;
  std::string_view owner;
  std::string_view owner_key;
};
constexpr Belonging kBelongings[] = {
    {"section_state", "source_record", "source_records", "source_record"},
    {"section_status", "source_record", "source_records", "source_record"},
    {"presence", "source_record", "source_records", "source_record"},
    {"evidence", "source_record", "source_records", "source_record"},
    {"item_values", "source_record", "source_records", "source_record"},
    {"history_gaps", "source_record", "source_records", "source_record"},
    {"agent_state", "source_record", "source_records", "source_record"},
    {"agent_state", "agent_id", "agents", "agent_id"},
    {"assignments", "opened_by", "revisions", "revision_id"},
    {"item_values", "opened_by", "revisions", "revision_id"},
    {"section_status", "opened_by", "revisions", "revision_id"},
    {"evidence", "opened_by", "revisions", "revision_id"},
    {"sessions", "user_id", "users", "user_id"},
    {"tokens", "user_id", "users", "user_id"},
    {"ticket_notes", "ticket_id", "tickets", "ticket_id"},
    {"ticket_links", "ticket_id", "tickets", "ticket_id"},
    {"ticket_links", "item_id", "items", "item_id"},
};

InvariantCheck check_rule(store::Transaction& transaction, std::string what,
                          const std::string& sql) {
  InvariantCheck check{std::move(what), 0, {}};
  transaction.query(sql, {}, [&](const store::ResultRow& row) {
    count_violation(check, row.optional_text(0).value_or(""));
  });
  return check;
}

InvariantCheck check_overlap(store::Transaction& transaction, const Intervals& one) {
  const std::string table(one.table);
  return check_rule(
      transaction, table + ": intervals of one thing do not overlap",
      "SELECT '" + table + " ' || id FROM (SELECT " + std::string(one.id) +
          " AS id, since, LAG(COALESCE(until, 9223372036854775807)) OVER (PARTITION BY " +
          std::string(one.of) +
          " ORDER BY since, COALESCE(until, 9223372036854775807)) AS before_until FROM " + table +
          ") AS spans WHERE before_until > since");
}

InvariantCheck check_belonging(store::Transaction& transaction, const Belonging& one) {
  const std::string table(one.table);
  const std::string column(one.column);
  return check_rule(transaction, table + ": lead to " + std::string(one.owner) + " by " + column,
                    "SELECT '" + column + " ' || t." + column + " FROM " + table +
                        " t WHERE NOT EXISTS (SELECT 1 FROM " + std::string(one.owner) +
                        " o WHERE o." + std::string(one.owner_key) + " = t." + column + ")");
}

// Only where the last reply asked for nothing: then both sides agreed on everything.
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
    if (is_readable && inventory::root_hash(lines) == root) continue;
    count_violation(check, "source record " + std::to_string(source_record));
  }
  return check;
}

void check_section(store::Transaction& transaction, const SectionSchema& schema,
                   const std::vector<std::int64_t>& source_records,
                   const InvariantProgress& progress, std::vector<InvariantCheck>& checks) {
  const std::string name(schema.name);
  const std::string table = facts::section_table(schema);
  checks.push_back(check_rule(
      transaction, name + ": times and revisions of rows fit",
      "SELECT 'row ' || r.row_id FROM " + table +
          " r WHERE r.until < r.since OR r.not_before > r.since OR r.close_not_before > r.until"
          " OR r.closed_by < r.opened_by OR (r.until IS NULL) <> (r.closed_by IS NULL)"
          " OR (r.until IS NULL) <> (r.close_reason IS NULL)"
          " OR NOT EXISTS (SELECT 1 FROM revisions v WHERE v.revision_id = r.opened_by)"
          " OR NOT EXISTS (SELECT 1 FROM source_records s"
          " WHERE s.source_record = r.source_record)"));
  if (schema.has_content()) {
    checks.push_back(check_rule(
        transaction, name + ": shared content is there",
        "SELECT 'row ' || r.row_id FROM " + table + " r WHERE NOT EXISTS (SELECT 1 FROM " +
            facts::content_table(schema) + " c WHERE c.content_id = r.content_id)"));
    checks.push_back(check_content(transaction, schema));
    // Queries find rows up to merged_rows.row_id by the index alone, so it must have all of them.
    const std::string same = "r.row_id = x.row_id AND r.content_id = x.content_id";
    const std::string index = facts::by_content_table(schema);
    checks.push_back(check_rule(
        transaction, name + ": merged rows are in the index of contents",
        "SELECT 'row ' || r.row_id FROM " + table +
            " r WHERE r.row_id <= (SELECT m.row_id FROM merged_rows m WHERE m.section = '" + name +
            "') AND NOT EXISTS (SELECT 1 FROM " + index + " x WHERE " + same + ")"));
    checks.push_back(check_rule(transaction, name + ": the index of contents leads to rows",
                                "SELECT 'row ' || x.row_id FROM " + index +
                                    " x WHERE NOT EXISTS (SELECT 1 FROM " + table + " r WHERE " +
                                    same + ")"));
  }
  for (InvariantCheck& check : check_section_rows(transaction, schema, source_records, progress))
    checks.push_back(std::move(check));
}

}  // namespace

std::vector<InvariantCheck> check_invariants(store::Transaction& transaction,
                                             const InvariantProgress& progress) {
  std::vector<InvariantCheck> checks;
  for (const Rule& rule : kRules)
    checks.push_back(check_rule(transaction, std::string(rule.what), std::string(rule.sql)));
  for (const Intervals& one : kIntervals)
    checks.push_back(check_overlap(transaction, one));
  for (const Belonging& one : kBelongings)
    checks.push_back(check_belonging(transaction, one));
  checks.push_back(check_roots(transaction));
  std::vector<std::int64_t> source_records;
  transaction.query(kSourceRecords, {},
                    [&](const store::ResultRow& row) { source_records.push_back(row.integer(0)); });
  for (const SectionSchema& schema : inventory::section_schemas())
    check_section(transaction, schema, source_records, progress, checks);
  return checks;
}

}  // namespace muster::server::ingest
