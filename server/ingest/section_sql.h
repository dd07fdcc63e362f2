// SPDX-License-Identifier: Apache-2.0
// The statements that ingest runs on a section's tables, made once from its declaration. Any
// thread.
#pragma once
#include <string>

#include "common/inventory/canonical.h"
#include "common/inventory/schema.h"

namespace muster::server::ingest {

struct SectionSql {
  // source_record, row_key -> row_id, row_hash, source, row_key
  std::string find_open;
  std::string all_open;  // source_record -> row_id, row_hash, source, row_key
  std::string close;     // until, closed_by, close_reason, close_not_before, row_id
  std::string insert;    // source_record, row_key, row_hash, since, not_before, opened_by,
                         // open_reason, extra, [content_id], then the fields that are not shared
  std::string find_content;    // content_hash -> content_id
  std::string insert_content;  // content_hash, then the shared fields
};

const SectionSql& section_sql(const inventory::SectionSchema& schema);

// The hash that identifies the shared part of a row: the first 16 bytes of SHA-256 over the
// canonical JSON of its shared fields.
inventory::Hash128 content_hash(const inventory::SectionSchema& schema, const inventory::Row& row);

}  // namespace muster::server::ingest
