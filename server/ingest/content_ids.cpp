// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/content_ids.h"

#include <algorithm>

#include "server/facts/section_tables.h"
#include "server/ingest/section_sql.h"
#include "server/store/fault.h"

namespace muster::server::ingest {

using inventory::Hash128;
using inventory::SectionSchema;

ContentIds::ContentIds(std::size_t remembered) : remembered_(remembered) {
  for (const SectionSchema& schema : inventory::section_schemas()) {
    if (schema.has_content()) sections_.try_emplace(schema.name);
  }
}

void ContentIds::forget_other_connections(const store::Transaction& transaction) {
  const std::lock_guard lock(mutex_);
  if (connection_ == transaction.connection_number()) return;
  connection_ = transaction.connection_number();
  for (auto& [name, section] : sections_) {
    section.remembered.clear();
    section.committed = 0;
  }
}

std::int64_t ContentIds::committed_of(const Section& section) {
  const std::lock_guard lock(mutex_);
  return section.committed;
}

void ContentIds::read(store::Transaction& transaction, const SectionSchema& schema,
                      const std::vector<Hash128>& hashes, Found& found) {
  Section& section = sections_.at(schema.name);
  const std::int64_t committed = committed_of(section);
  std::vector<store::Transaction::Values> keys;
  keys.reserve(hashes.size());
  for (const Hash128& hash : hashes)
    keys.push_back({store::Blob{hash.to_bytes()}});
  transaction.query_many(section_sql(schema).find_content, keys,
                         [&](std::size_t i, const store::ResultRow& row) {
                           found[hashes[i]] = row.integer(0);
                           if (row.integer(0) > committed) return;
                           if (section.remembered.size() >= remembered_) section.remembered.clear();
                           section.remembered[hashes[i]] = row.integer(0);
                         });
}

std::vector<std::int64_t> ContentIds::find_or_store(store::Transaction& transaction,
                                                    const SectionSchema& schema,
                                                    const std::vector<const DecodedRow*>& rows,
                                                    ContentsUsed& used) {
  forget_other_connections(transaction);
  used.connection = transaction.connection_number();
  const Found& remembered = sections_.at(schema.name).remembered;
  Found found;
  std::vector<Hash128> unknown;
  for (const DecodedRow* row : rows) {
    const auto known = remembered.find(row->content_hash);
    if (known != remembered.end()) {
      found.insert(*known);
    } else {
      unknown.push_back(row->content_hash);
    }
  }
  read(transaction, schema, unknown, found);
  std::vector<store::Transaction::Values> missing;
  std::vector<Hash128> stored;
  for (const DecodedRow* row : rows) {
    if (!found.try_emplace(row->content_hash, 0).second) continue;
    store::Transaction::Values values = {store::Blob{row->content_hash.to_bytes()}};
    for (std::size_t i = 0; i < schema.fields.size(); ++i) {
      if (schema.fields[i].shared) values.push_back(facts::to_sql(row->row.cells[i]));
    }
    missing.push_back(std::move(values));
    stored.push_back(row->content_hash);
  }
  transaction.execute_many(section_sql(schema).insert_content, missing);
  store::store_fault("section.content");
  read(transaction, schema, stored, found);
  std::vector<std::int64_t> out;
  out.reserve(rows.size());
  std::int64_t& largest = used.largest[schema.name];
  for (const DecodedRow* row : rows) {
    out.push_back(found.at(row->content_hash));
    largest = std::max(largest, out.back());
  }
  return out;
}

void ContentIds::committed(const ContentsUsed& used) {
  const std::lock_guard lock(mutex_);
  if (used.connection != connection_) return;
  for (const auto& [section, largest] : used.largest) {
    std::int64_t& committed = sections_.at(section).committed;
    committed = std::max(committed, largest);
  }
}

}  // namespace muster::server::ingest
