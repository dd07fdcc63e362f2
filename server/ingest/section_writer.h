// SPDX-License-Identifier: Apache-2.0
// Applying one section of a report to the store: rows that changed are closed and opened, all
// others are left alone, so the cost is that of the change. Everything is checked before the first
// write: when base or hash disagree, nothing of the section is written and the agent is asked for
// the whole section. Called inside a write transaction.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "common/wire/report.h"
#include "server/ingest/content_ids.h"
#include "server/ingest/decode.h"
#include "server/store/transaction.h"

namespace muster::server::ingest {

// The state of a section before the report.
struct SectionState {
  int schema_version = 0;
  inventory::Hash128 hash;
  inventory::Hash128 kept_hash;
  std::string status_line;
  Instant collected_at;
  std::optional<Instant> ok_at;
};

std::optional<SectionState> find_section_state(store::Transaction& transaction,
                                               std::int64_t source_record,
                                               std::string_view section);

struct SectionWrite {
  std::int64_t source_record = 0;
  Instant at;                           // valid time of this collection
  std::optional<Instant> confirmed_at;  // the last collection before it that was ok
  std::function<std::int64_t()>
      open_revision;  // makes the report's revision when it is first needed
  ContentIds& contents;
  ContentsUsed& contents_used;
};

enum class SectionOutcome { kApplied, kSendFull, kRefused };

struct SectionResult {
  SectionOutcome outcome = SectionOutcome::kApplied;
  wire::Refusal refusal;  // of kRefused
  bool rows_changed = false;
  std::size_t rows_opened = 0;
};

SectionResult apply_section(store::Transaction& transaction, const SectionWrite& write,
                            const DecodedSection& section,
                            const std::optional<SectionState>& state);

// Closes all open rows and statuses of a section that the agent does not have any more.
void drop_section(store::Transaction& transaction, const SectionWrite& write,
                  std::string_view section);

}  // namespace muster::server::ingest
