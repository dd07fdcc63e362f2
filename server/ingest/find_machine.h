// SPDX-License-Identifier: Apache-2.0
// Finding the source record that an agent writes to: the record of the same machine enrolled before
// (evidence_rule.h), or a new one with a new item. Called inside a write transaction.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/ingest/decode.h"
#include "server/ingest/evidence_rule.h"
#include "server/store/transaction.h"

namespace muster::server::ingest {

// The sections that evidence comes from.
inline constexpr std::string_view kEvidenceSections[] = {"system", "os", "interfaces"};

// From the rows of a report that has those sections whole.
IdentityFacts identity_facts(const DecodedReport& report);
// From the rows that hold now.
IdentityFacts identity_facts(store::Transaction& transaction, std::int64_t source_record);

struct FoundMachine {
  std::int64_t source_record = 0;
  bool is_new = false;  // a new item was made
  std::string reason;   // the evidence, as a sentence
};

struct FindMachineRequest {
  std::string agent_id;
  std::vector<Evidence> evidence;
  std::int64_t since_ms = 0;  // valid time from which a new assignment holds
  std::int64_t recorded_at_ms = 0;
  std::int64_t revision = 0;
};

// For an agent that has no source record yet; also marks the agent that wrote to the record before
// as superseded.
FoundMachine find_machine(store::Transaction& transaction, const FindMachineRequest& request);

// Opens and closes evidence rows so that the open ones are `evidence`.
void write_evidence(store::Transaction& transaction, std::int64_t source_record,
                    const std::vector<Evidence>& evidence, std::int64_t at_ms,
                    const std::function<std::int64_t()>& open_revision);

}  // namespace muster::server::ingest
