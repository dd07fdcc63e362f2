// SPDX-License-Identifier: Apache-2.0
// The checks of a row or a section of a report that is complete. See report_handler.h.
#include "server/ingest/report_handler.h"

#include "server/facts/section_tables.h"
#include "server/ingest/section_sql.h"

namespace muster::server::ingest {
namespace {

using inventory::Hash128;

constexpr std::size_t kRowsPerReport = 300'000;

}  // namespace

void ReportHandler::finish_row() {
  const inventory::SectionSchema& schema = *section_->schema;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (std::holds_alternative<std::monostate>(row_.cells[i]) && !schema.fields[i].optional) {
      refuse("missing_field", row_path() + '.' + std::string(schema.fields[i].name),
             "the field is never absent");
      return;
    }
  }
  std::sort(row_.extra.begin(), row_.extra.end());
  const std::string canonical = inventory::canonical_json(schema, row_);
  if (canonical.size() > inventory::kRowBytes) {
    refuse("row_too_large", row_path(), "a row has at most 64 KiB");
    return;
  }
  if (++row_count_ > kRowsPerReport) {
    refuse("too_many_rows", row_path(), "a report has at most 300000 rows");
    return;
  }
  if (section_->rows.size() >= inventory::kRowsPerSection) {
    refuse("too_many_rows", row_path(), "a section has at most 200000 rows");
    return;
  }
  DecodedRow row;
  row.row = std::move(row_);
  row.hash = inventory::row_hash(canonical);
  row.key = inventory::row_key(schema, row.row);
  // Hashed here, by the thread of the request, because all reports share the one thread that
  // writes.
  row.stored_key = facts::stored_key(row.key);
  if (schema.has_content()) row.content_hash = content_hash(schema, row.row);
  row.provider = inventory::row_provider(schema, row.row);
  if (!row_keys_.insert(row.key).second) {
    refuse("duplicate_key", row_path(), "two rows have the key " + row.key);
    return;
  }
  section_->rows.push_back(std::move(row));
}

void ReportHandler::finish_section() {
  for (const char* name : {"schema", "collected_at", "collected_boottime_ms", "sources", "hash"}) {
    if (!section_seen_.contains(name))
      refuse("missing_field", std::string(".") + name, "it is missing");
  }
  if (section_->base.has_value() == section_seen_.contains("rows") && !refused()) {
    refuse("invalid_section", "",
           "a section has either rows and no base, or a base with upsert and remove");
  }
  if (section_->base && !section_seen_.contains("upsert") && !refused()) {
    refuse("missing_field", ".upsert", "it is missing");
  }
  if (section_->providers.empty() && !refused())
    refuse("missing_field", ".sources", "a section has at least one source");
  for (const std::string& key : section_->remove) {
    // One set for both: a key that is sent twice, or sent and removed, would count twice in the
    // section's hash.
    if (!row_keys_.insert(key).second)
      refuse("duplicate_key", ".remove", "a key is removed twice, or both sent and removed");
  }
  Hash128 sum;
  std::string_view known_provider;  // rows of one provider mostly follow each other
  for (const DecodedRow& row : section_->rows) {
    sum += row.hash;
    if (row.provider == known_provider) continue;
    if (!section_->providers.contains(row.provider)) {
      refuse("unknown_source", ".rows", "a row is of a source that has no status");
    }
    known_provider = row.provider;
  }
  if (!section_->base && sum != section_->hash && !refused()) {
    refuse("hash_mismatch", ".hash", "it is not the sum of the hashes of the rows");
  }
  if (refused()) report_.sections.erase(section_name_);
}

}  // namespace muster::server::ingest
