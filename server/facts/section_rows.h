// SPDX-License-Identifier: Apache-2.0
// Reading rows of a section's table back into the values that were reported. Reads only; any thread
// with its transaction.
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/inventory/schema.h"
#include "server/store/transaction.h"

namespace muster::server::facts {

struct StoredRow {
  std::int64_t row_id = 0;
  std::int64_t row_key = 0;
  std::int64_t source_record = 0;
  std::int64_t since_ms = 0;
  std::optional<std::int64_t> until_ms;
  std::optional<std::int64_t> not_before_ms;
  std::optional<std::int64_t> close_not_before_ms;
  std::int64_t opened_by = 0;
  std::optional<std::int64_t> closed_by;
  std::optional<std::string> open_reason;
  std::optional<std::string> close_reason;
  inventory::Row row;
};

// "SELECT ... FROM section_S r [JOIN section_S_content c ...]": the columns that read_stored_row
// expects. Append WHERE.
const std::string& select_rows(const inventory::SectionSchema& schema);
StoredRow read_stored_row(const inventory::SectionSchema& schema, const store::ResultRow& row);

// The row for people: canonical JSON, unknown fields included.
std::string row_json(const inventory::SectionSchema& schema, const inventory::Row& row);

// The subject of a row in a few words: "openssl 3.0.8-1", "/var", "eth0"; the section's title where
// the section has at most one row.
std::string row_label(const inventory::SectionSchema& schema, const inventory::Row& row);

// JSON of one value; empty when it is absent.
std::string cell_json(const inventory::Cell& cell);
// The same; nullopt when it is absent.
std::optional<std::string> present_json(const inventory::Cell& cell);
std::string cell_text(const inventory::Cell& cell);  // for a sentence

}  // namespace muster::server::facts
