// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/check_section_rows.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>

#include "common/inventory/canonical.h"
#include "common/json/value.h"
#include "server/facts/section_tables.h"
#include "server/ingest/section_sql.h"

namespace muster::server::ingest {
namespace {

using inventory::Hash128;
using inventory::SectionSchema;
using store::count_violation;
using store::InvariantCheck;

constexpr std::string_view kState =
    "SELECT hash, kept_hash FROM section_state WHERE source_record = ?1 AND section = ?2";
constexpr std::int64_t kForEver = std::numeric_limits<std::int64_t>::max();
constexpr std::size_t kProgressEvery = 256;  // source records
constexpr int kOwnColumns = 7;               // before those of the fields

struct RowSpan {
  std::int64_t since;
  std::int64_t until;
  std::int64_t row_id;
};

// A row of one machine as it is stored.
std::string rows_text(const SectionSchema& schema, bool open) {
  std::string columns =
      "r.row_id, r.row_key, r.row_hash, r.since, r.until, r.extra, r.close_reason";
  for (const inventory::FieldSchema& field : schema.fields) {
    columns +=
        std::string(", ") + (field.shared ? "c" : "r") + ".\"" + std::string(field.name) + '"';
  }
  std::string text = "SELECT " + columns + " FROM " + facts::section_table(schema) + " r";
  if (schema.has_content())
    text += " JOIN " + facts::content_table(schema) + " c ON c.content_id = r.content_id";
  return text + " WHERE r.source_record = ?1 AND r.until IS " + (open ? "NULL" : "NOT NULL");
}

// nullopt: the fields that this version does not know (`extra`) cannot be read.
std::optional<inventory::Row> row_of(const SectionSchema& schema, const store::ResultRow& result) {
  inventory::Row row;
  for (std::size_t i = 0; i < schema.fields.size(); ++i)
    row.cells.push_back(
        facts::from_sql(schema.fields[i], result, kOwnColumns + static_cast<int>(i)));
  const auto extra = result.optional_text(5);
  if (!extra) return row;
  const Result<JsonValue> members = JsonValue::parse(*extra);
  const JsonValue::Object* const object = members ? members->object() : nullptr;
  if (object == nullptr) return std::nullopt;
  for (const auto& [name, value] : *object)
    row.extra.emplace_back(name, value.dump());
  std::sort(row.extra.begin(), row.extra.end());
  return row;
}

class RowChecker {
 public:
  RowChecker(store::Transaction& transaction, const SectionSchema& schema)
      : transaction_(transaction),
        schema_(schema),
        open_rows_(rows_text(schema, true)),
        closed_rows_(rows_text(schema, false)),
        one_open_{std::string(schema.name) + ": rows of one key do not overlap", 0, {}},
        content_{std::string(schema.name) + ": rows are what was received", 0, {}},
        sums_{std::string(schema.name) + ": hashes are the sums of the rows", 0, {}} {}

  void look(std::int64_t source_record) {
    spans_.clear();
    Hash128 sum;
    transaction_.query(open_rows_, {source_record},
                       [&](const store::ResultRow& row) { sum += look_at(row, kForEver); });
    transaction_.query(closed_rows_, {source_record},
                       [&](const store::ResultRow& row) { look_at(row, row.integer(4)); });
    look_at_spans(source_record);
    compare(source_record, sum);
  }

  std::vector<InvariantCheck> take() {
    return {std::move(one_open_), std::move(content_), std::move(sums_)};
  }

 private:
  Hash128 look_at(const store::ResultRow& result, std::int64_t until) {
    const std::int64_t row_id = result.integer(0);
    const std::int64_t key = result.integer(1);
    spans_[key].push_back({result.integer(3), until, row_id});
    const auto hash = Hash128::from_bytes(result.text(2));
    if (!hash) {
      count_violation(sums_, "a hash that is not 16 bytes in row " + std::to_string(row_id));
      return {};
    }
    // An erased row keeps nothing except its hash.
    if (result.optional_text(6) == "erased") return *hash;
    const auto row = row_of(schema_, result);
    if (!row || inventory::row_hash(inventory::canonical_json(schema_, *row)) != *hash ||
        facts::stored_key(inventory::row_key(schema_, *row)) != key) {
      count_violation(content_, "row " + std::to_string(row_id) +
                                    " has another content than its hash was made of");
    }
    return *hash;
  }

  void look_at_spans(std::int64_t source_record) {
    for (auto& [key, spans] : spans_) {
      std::sort(spans.begin(), spans.end(), [](const RowSpan& a, const RowSpan& b) {
        return std::pair(a.since, a.until) < std::pair(b.since, b.until);
      });
      for (std::size_t i = 1; i < spans.size(); ++i) {
        if (spans[i - 1].until <= spans[i].since) continue;
        count_violation(one_open_, "source record " + std::to_string(source_record) + ": rows " +
                                       std::to_string(spans[i - 1].row_id) + " and " +
                                       std::to_string(spans[i].row_id));
      }
    }
  }

  // The sums are made here and not in SQL, which cannot add 128-bit numbers.
  void compare(std::int64_t source_record, const Hash128& sum) {
    bool has_state = false;
    transaction_.query(kState, {source_record, schema_.name}, [&](const store::ResultRow& row) {
      has_state = true;
      const auto hash = Hash128::from_bytes(row.text(0));
      const auto kept = Hash128::from_bytes(row.text(1));
      if (!hash || !kept) {
        count_violation(
            sums_, "a hash that is not 16 bytes of source record " + std::to_string(source_record));
        return;
      }
      Hash128 expected = *hash;
      expected += *kept;
      if (sum == expected) return;
      count_violation(sums_, "source record " + std::to_string(source_record) + ": " +
                                 sum.to_hex() + " instead of " + expected.to_hex());
    });
    if (!has_state && sum != Hash128{}) {
      count_violation(sums_, "source record " + std::to_string(source_record) +
                                 " has rows and no state of the section");
    }
  }

  store::Transaction& transaction_;
  const SectionSchema& schema_;
  const std::string open_rows_;
  const std::string closed_rows_;
  InvariantCheck one_open_;
  InvariantCheck content_;
  InvariantCheck sums_;
  std::map<std::int64_t, std::vector<RowSpan>> spans_;  // of one source record, by key
};

}  // namespace

std::vector<InvariantCheck> check_section_rows(store::Transaction& transaction,
                                               const SectionSchema& schema,
                                               const std::vector<std::int64_t>& source_records,
                                               const SectionProgress& progress) {
  RowChecker checker(transaction, schema);
  for (std::size_t i = 0; i < source_records.size(); ++i) {
    if (progress && i % kProgressEvery == 0) progress(schema.name, i, source_records.size());
    checker.look(source_records[i]);
  }
  return checker.take();
}

InvariantCheck check_content(store::Transaction& transaction, const SectionSchema& schema) {
  InvariantCheck check{std::string(schema.name) + ": shared content is what was received", 0, {}};
  std::string columns;
  for (const inventory::FieldSchema& field : schema.fields) {
    if (field.shared) columns += ", \"" + std::string(field.name) + '"';
  }
  transaction.scan(
      "SELECT content_id, content_hash" + columns + " FROM " + facts::content_table(schema), {},
      [&](const store::ResultRow& result) {
        inventory::Row row;
        int column = 2;
        for (const inventory::FieldSchema& field : schema.fields)
          row.cells.push_back(field.shared ? facts::from_sql(field, result, column++)
                                           : inventory::Cell{});
        if (content_hash(schema, row).to_bytes() == result.text(1)) return;
        count_violation(check, "content " + std::to_string(result.integer(0)) +
                                   " is another than its hash was made of");
      });
  return check;
}

}  // namespace muster::server::ingest
