// SPDX-License-Identifier: Apache-2.0
#include "server/ca/invariants.h"

namespace muster::server::ca {

std::vector<store::InvariantRule> invariants() {
  return {
      {"agents: those that report have an item", R"sql(
       SELECT 'agent ' || a.agent_id FROM agents a
       WHERE a.state = 'active' AND a.source_record IS NOT NULL AND NOT EXISTS (
         SELECT 1 FROM assignments s WHERE s.source_record = a.source_record
         AND s.until IS NULL))sql"},
      {"agents: at most one is active for a source record", R"sql(
       SELECT 'source record ' || source_record FROM agents
       WHERE state = 'active' AND source_record IS NOT NULL
       GROUP BY source_record HAVING COUNT(*) > 1)sql"},
      {"certificates: belong to agents", R"sql(
       SELECT 'certificate ' || c.serial FROM certificates c
       WHERE c.agent_id <> '' AND NOT EXISTS (SELECT 1 FROM agents a
       WHERE a.agent_id = c.agent_id))sql"},
  };
}

}  // namespace muster::server::ca
