// SPDX-License-Identifier: Apache-2.0
// The sections of an item at a read point: status and age of each, and their rows. When several
// agents report for one item, each section shows one of them (server/facts/shown_record.h). Reads
// only; errors as Error.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "common/inventory/schema.h"
#include "common/inventory/status.h"
#include "common/support/clock.h"
#include "server/facts/section_rows.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::facts {

struct SectionProviderStatus {
  std::string provider;
  inventory::Status status = inventory::Status::kFailed;
  std::string reason;
  Instant since;
};

struct SectionSummary {
  const inventory::SectionSchema* schema = nullptr;
  std::int64_t source_record = 0;
  inventory::Status status = inventory::Status::kFailed;  // the worst of the providers
  std::vector<SectionProviderStatus> providers;
  std::int64_t rows = 0;
  // When it was last collected, and last with success. Not kept for the past: empty under at=.
  std::optional<Instant> collected_at;
  std::optional<Instant> ok_at;
  // Some provider could not be read the last time, and rows that it reported before are shown. A
  // provider that was read in part is not stale.
  bool stale = false;
};

// Every section that was ever reported for the item, by name.
std::vector<SectionSummary> section_summaries(store::Transaction& transaction, std::int64_t item_id,
                                              const store::ReadPoint& point);
// nullopt: never reported.
std::optional<SectionSummary> section_summary(store::Transaction& transaction, std::int64_t item_id,
                                              const inventory::SectionSchema& schema,
                                              const store::ReadPoint& point);

// True when all rows of the section are known for the item, so that a missing row does not exist
// (is_known in server/facts/shown_record.h).
bool is_section_known(store::Transaction& transaction, std::int64_t item_id,
                      const inventory::SectionSchema& schema, const store::ReadPoint& point);

struct SectionPage {
  std::vector<StoredRow> rows;  // in the order of row_id, which never changes
  std::optional<std::string> next;
};

// The rows that hold at the point; without a limit all of them. Error 400 invalid_cursor.
SectionPage section_rows(store::Transaction& transaction, std::int64_t source_record,
                         const inventory::SectionSchema& schema, const store::ReadPoint& point,
                         std::optional<std::size_t> limit = {},
                         const std::optional<std::string>& cursor = {});

}  // namespace muster::server::facts
