// SPDX-License-Identifier: Apache-2.0
#include "server/store/invariants.h"

#include <utility>

namespace muster::server::store {
namespace {

constexpr std::string_view kTimesGoBack = R"sql(
  SELECT 'revision ' || r.revision_id FROM revisions r
  JOIN (SELECT revision_id + 1 AS next_id, recorded_at
  FROM revisions) p ON p.next_id = r.revision_id
  WHERE r.recorded_at < p.recorded_at)sql";

}  // namespace

void count_violation(InvariantCheck& check, std::string example) {
  if (check.violations++ == 0) check.first = std::move(example);
}

InvariantRule no_overlap(std::string_view table, std::string_view id, std::string_view thing) {
  const std::string name(table);
  return {name + ": intervals of one thing do not overlap",
          "SELECT '" + name + " ' || id FROM (SELECT " + std::string(id) +
              " AS id, since, LAG(COALESCE(until, 9223372036854775807)) OVER (PARTITION BY " +
              std::string(thing) +
              " ORDER BY since, COALESCE(until, 9223372036854775807)) AS before_until FROM " +
              name + ") AS spans WHERE before_until > since"};
}

InvariantRule leads_to(std::string_view table, std::string_view column, std::string_view owner,
                       std::string_view owner_key) {
  const std::string from(table);
  const std::string by(column);
  const std::string to(owner);
  return {from + ": lead to " + to + " by " + by, "SELECT '" + by + " ' || t." + by + " FROM " +
                                                      from + " t WHERE NOT EXISTS (SELECT 1 FROM " +
                                                      to + " o WHERE o." + std::string(owner_key) +
                                                      " = t." + by + ")"};
}

std::vector<InvariantRule> invariants() {
  return {{"revisions: their times never go back", std::string(kTimesGoBack)}};
}

InvariantCheck check_rule(Transaction& transaction, const InvariantRule& rule) {
  InvariantCheck check{rule.what, 0, {}};
  transaction.query(rule.sql, {}, [&](const ResultRow& row) {
    count_violation(check, row.optional_text(0).value_or(""));
  });
  return check;
}

}  // namespace muster::server::store
