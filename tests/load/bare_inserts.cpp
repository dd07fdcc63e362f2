// SPDX-License-Identifier: Apache-2.0
#include "tests/load/bare_inserts.h"

#include <sqlite3.h>

#include <stdexcept>

#include "common/inventory/canonical.h"
#include "common/support/clock.h"
#include "server/facts/section_tables.h"
#include "server/ingest/section_sql.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"

namespace muster::load {
namespace {

using inventory::FieldSchema;
using inventory::SectionSchema;
using server::store::Blob;
using server::store::SqlValue;

std::string insert_text(const std::string& table, const std::string& columns, int count) {
  std::string out = "INSERT INTO " + table + " (" + columns + ") VALUES (";
  for (int i = 1; i <= count; ++i)
    out += (i > 1 ? ", ?" : "?") + std::to_string(i);
  return out + ')';
}

void bind(sqlite3_stmt* statement, int at, const SqlValue& value) {
  const auto& what = value.get();
  if (const auto* number = std::get_if<std::int64_t>(&what)) {
    sqlite3_bind_int64(statement, at, *number);
  } else if (const auto* text = std::get_if<std::string>(&what)) {
    sqlite3_bind_text(statement, at, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
  } else if (const auto* blob = std::get_if<Blob>(&what)) {
    sqlite3_bind_blob(statement, at, blob->bytes.data(), static_cast<int>(blob->bytes.size()),
                      SQLITE_STATIC);
  } else {
    sqlite3_bind_null(statement, at);
  }
}

}  // namespace

BareInserts::BareInserts(const std::filesystem::path& file) {
  {
    const SystemClock clock;
    const server::store::Store made(server::store::open_sqlite(file.string(), true),
                                    server::facts::with_section_tables(), clock);
  }
  if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK)
    throw std::runtime_error("cannot open " + file.string());
  // As server/store/sqlite.cpp has it.
  execute("PRAGMA journal_mode=WAL");
  execute("PRAGMA synchronous=FULL");
  execute("PRAGMA wal_autocheckpoint=4000");
  execute("PRAGMA temp_store=MEMORY");
  execute("PRAGMA cache_size=-65536");
}

BareInserts::~BareInserts() {
  for (const auto& [text, statement] : prepared_)
    sqlite3_finalize(static_cast<sqlite3_stmt*>(statement));
  sqlite3_close(handle_);
}

void BareInserts::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(std::string(sql) + ": " + sqlite3_errmsg(handle_));
}

const BareInserts::Texts& BareInserts::texts_of(const SectionSchema& schema) {
  const auto found = texts_.find(schema.name);
  if (found != texts_.end()) return found->second;
  std::string columns = "source_record, row_key, row_hash, since, opened_by, open_reason";
  std::string shared = "content_id, content_hash";
  int count = 6, shared_count = 2;
  if (schema.has_content()) {
    columns += ", content_id";
    ++count;
  }
  for (const FieldSchema& field : schema.fields) {
    std::string& list = field.shared ? shared : columns;
    list += ", \"" + std::string(field.name) + '"';
    ++(field.shared ? shared_count : count);
  }
  Texts texts{.row = insert_text(server::facts::section_table(schema), columns, count),
              .content = {}};
  if (schema.has_content())
    texts.content = insert_text(server::facts::content_table(schema), shared, shared_count);
  return texts_.emplace(schema.name, std::move(texts)).first->second;
}

void BareInserts::prepare(const std::map<std::string, std::vector<inventory::Row>>& sections) {
  Machine machine;
  ++source_record_;
  for (const auto& [name, rows] : sections) {
    const SectionSchema& schema = *inventory::find_section(name);
    const Texts& texts = texts_of(schema);
    for (const inventory::Row& row : rows) {
      const auto hash = inventory::row_hash(inventory::canonical_json(schema, row)).to_bytes();
      std::vector<SqlValue> values = {
          source_record_, server::facts::stored_key(inventory::row_key(schema, row)),
          Blob{hash},     std::int64_t{1'795'000'000'000} + source_record_,
          source_record_, "initial"};
      std::vector<SqlValue> shared;
      if (schema.has_content()) {
        const std::string content = server::ingest::content_hash(schema, row).to_bytes();
        const auto [at, is_new] =
            contents_.try_emplace(name + content, static_cast<std::int64_t>(contents_.size()) + 1);
        values.emplace_back(at->second);
        if (is_new) shared = {at->second, Blob{content}};
      }
      for (std::size_t i = 0; i < schema.fields.size(); ++i) {
        if (!schema.fields[i].shared)
          values.push_back(server::facts::to_sql(row.cells[i]));
        else if (!shared.empty())
          shared.push_back(server::facts::to_sql(row.cells[i]));
      }
      if (!shared.empty()) machine.push_back({&texts.content, std::move(shared)});
      machine.push_back({&texts.row, std::move(values)});
    }
  }
  queue_.push_back(std::move(machine));
}

void BareInserts::insert(const Insert& what) {
  void*& kept = prepared_[what.sql];
  if (kept == nullptr) {
    sqlite3_stmt* made = nullptr;
    if (sqlite3_prepare_v3(handle_, what.sql->c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made,
                           nullptr) != SQLITE_OK)
      throw std::runtime_error(*what.sql + ": " + sqlite3_errmsg(handle_));
    kept = made;
  }
  auto* statement = static_cast<sqlite3_stmt*>(kept);
  for (std::size_t i = 0; i < what.values.size(); ++i)
    bind(statement, static_cast<int>(i) + 1, what.values[i]);
  if (sqlite3_step(statement) != SQLITE_DONE)
    throw std::runtime_error(*what.sql + ": " + sqlite3_errmsg(handle_));
  sqlite3_reset(statement);
  ++rows_;
}

std::size_t BareInserts::run(std::size_t machines_a_transaction) {
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    if (i % machines_a_transaction == 0) execute("BEGIN IMMEDIATE");
    for (const Insert& each : queue_[i])
      insert(each);
    if ((i + 1) % machines_a_transaction == 0 || i + 1 == queue_.size()) execute("COMMIT");
  }
  const std::size_t done = queue_.size();
  queue_.clear();
  return done;
}

}  // namespace muster::load
