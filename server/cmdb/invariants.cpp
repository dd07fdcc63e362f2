// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/invariants.h"

namespace muster::server::cmdb {

std::vector<store::InvariantRule> invariants() {
  return {
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
      {"values: end after they began", R"sql(
       SELECT 'value ' || value_id FROM item_values
       WHERE until < since OR (until IS NULL) <> (closed_by IS NULL))sql"},
      store::no_overlap("assignments", "assignment_id", "source_record"),
      store::no_overlap("item_values", "value_id", "source_record, attribute"),
      store::leads_to("item_values", "source_record", "source_records", "source_record"),
      store::leads_to("assignments", "opened_by", "revisions", "revision_id"),
      store::leads_to("item_values", "opened_by", "revisions", "revision_id"),
  };
}

}  // namespace muster::server::cmdb
