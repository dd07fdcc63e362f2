// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/invariants.h"

namespace muster::server::ingest {

std::vector<store::InvariantRule> invariants() {
  return {
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
      store::no_overlap("section_status", "status_id", "source_record, section, source"),
      store::no_overlap("evidence", "evidence_id", "source_record, kind, value"),
      store::leads_to("section_state", "source_record", "source_records", "source_record"),
      store::leads_to("section_status", "source_record", "source_records", "source_record"),
      store::leads_to("presence", "source_record", "source_records", "source_record"),
      store::leads_to("evidence", "source_record", "source_records", "source_record"),
      store::leads_to("history_gaps", "source_record", "source_records", "source_record"),
      store::leads_to("agent_state", "source_record", "source_records", "source_record"),
      store::leads_to("agent_state", "agent_id", "agents", "agent_id"),
      store::leads_to("section_status", "opened_by", "revisions", "revision_id"),
      store::leads_to("evidence", "opened_by", "revisions", "revision_id"),
  };
}

}  // namespace muster::server::ingest
