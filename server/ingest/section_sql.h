// SPDX-License-Identifier: Apache-2.0
// The statements that ingest runs on a section's tables, made once from its declaration. Any
// thread.
#pragma once
#include <string>

#include "common/inventory/canonical.h"
#include "common/inventory/schema.h"

namespace muster::server {

struct SectionSql {
  // source_record, kKeysAtOnce row keys -> row_id, row_hash, source, row_key
  std::string find_open;
  std::string all_open;  // source_record -> row_id, row_hash, source, row_key
  std::string close;     // until, closed_by, close_reason, close_not_before, row_id
  std::string insert;    // source_record, row_key, row_hash, since, not_before, opened_by,
                         // open_reason, extra, [content_id], then the fields that are not shared
  std::string find_contents;   // kKeysAtOnce content hashes -> content_id, content_hash
  std::string insert_content;  // content_hash, then the shared fields
};

// Rows and contents are looked up so many at a time: each look is a round trip on PostgreSQL. Fewer
// are filled up by repeating one.
inline constexpr std::size_t kKeysAtOnce = 32;

const SectionSql& section_sql(const inventory::SectionSchema& schema);

// What names the shared part of a row: the first 16 bytes of SHA-256 over the canonical JSON of its
// shared fields.
inventory::Hash128 content_hash(const inventory::SectionSchema& schema, const inventory::Row& row);

}  // namespace muster::server
