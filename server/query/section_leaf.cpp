// SPDX-License-Identifier: Apache-2.0
// Conditions on rows of a section. Selective ones go from the rows to the items, never through the
// rows of each item: of 10 million installed packages, `packages.name:openssl` reads those of
// openssl alone, through the index over the shared content. Conditions that nearly every item
// satisfies (field:*, the section has a row) go from the items to their rows instead.
#include <algorithm>

#include "common/support/text.h"
#include "server/facts/section_tables.h"
#include "server/facts/shown_record.h"
#include "server/query/sql_parts.h"

namespace muster::server::query {
namespace {

using inventory::SectionSchema;

constexpr std::size_t kContentsFound = 16'384;
constexpr std::size_t kContentsRead = 500'000;

std::string column_of(const SectionSchema& section, std::size_t index) {
  const inventory::FieldSchema& field = section.fields[index];
  return std::string(field.shared ? "c.\"" : "r.\"") + std::string(field.name) + '"';
}

bool is_shared(const Condition& condition) {
  return condition.field->section->fields[condition.field->columns.front()].shared;
}

// True where each word of the literal is a word of the columns' text.
std::string words_test(Binder& binder, const std::string& joined, const Condition& condition) {
  std::string out;
  std::string words;
  for (std::size_t i = 0; i < condition.literal.pieces.size(); ++i)
    words += (i == 0 ? "" : "*") + condition.literal.pieces[i];
  for (const std::string_view word : split(words, ' ')) {
    if (word.empty()) continue;
    std::vector<std::string> pieces;
    for (const std::string_view piece : split(word, '*'))
      pieces.emplace_back(piece);
    pieces.front() = ' ' + pieces.front();
    pieces.back() += ' ';
    pieces.insert(pieces.begin(), "");
    pieces.emplace_back("");
    out += (out.empty() ? "" : " AND ") + ("lower(" + joined + ") LIKE lower(" +
                                           binder.bind(like_pattern(pieces)) + ") ESCAPE '\\'");
  }
  return out.empty() ? "0 = 1" : '(' + out + ')';
}

std::string row_test(Binder& binder, const Condition& condition) {
  const SectionSchema& section = *condition.field->section;
  const std::vector<std::size_t>& columns = condition.field->columns;
  if (condition.field->words && !condition.anything &&
      (condition.op == Operator::kMatch || condition.op == Operator::kSubstring)) {
    std::string joined = "' '";
    for (const std::size_t index : columns)
      joined += " || COALESCE(" + column_of(section, index) + ", '') || ' '";
    joined = '(' + joined + ')';
    if (condition.op == Operator::kMatch) return words_test(binder, joined, condition);
    return column_test(binder, joined, condition);
  }
  // With several columns, one that matches is enough, but != demands that all differ.
  std::string out;
  for (const std::size_t index : columns) {
    std::string column = column_of(section, index);
    if (columns.size() > 1 && condition.op == Operator::kNotEqual)
      column = "COALESCE(" + column + ", '')";
    out += out.empty() ? "" : condition.op == Operator::kNotEqual ? " AND " : " OR ";
    out += column_test(binder, column, condition);
  }
  return '(' + out + ')';
}

// A SELECT of the contents that satisfy conditions of which some are about versions. SQL tests the
// others, the contents left are read, their versions are compared here, and the SELECT lists ids.
// The tests are bound to a statement of their own, since `context` is of the filter.
std::string compared_contents(BuildContext& context, const SectionSchema& section,
                              const std::vector<const Condition*>& conditions) {
  Binder own({});
  std::vector<const Condition*> by_version;
  std::string columns = "c.content_id";
  std::string tests;
  const auto manager = section.provider_field;
  columns +=
      manager && section.fields[*manager].shared ? ", " + column_of(section, *manager) : ", ''";
  for (const Condition* condition : conditions) {
    if (needs_versions(*condition)) {
      by_version.push_back(condition);
      columns += ", " + column_of(section, condition->field->columns.front());
    } else {
      tests += (tests.empty() ? " WHERE " : " AND ") + row_test(own, *condition);
    }
  }
  std::vector<store::SqlValue> found;
  std::size_t read = 0;
  context.transaction.query(
      "SELECT " + columns + " FROM " + facts::content_table(section) + " c" + tests + " LIMIT " +
          std::to_string(kContentsRead + 1),
      own.values(), [&](const store::ResultRow& row) {
        ++read;
        for (std::size_t i = 0; i < by_version.size(); ++i) {
          const int column = static_cast<int>(i) + 2;
          if (row.is_null(column) ||
              !version_matches(*by_version[i], row.is_null(1) ? "" : row.text(1), row.text(column)))
            return;
        }
        found.emplace_back(row.integer(0));
      });
  if (read > kContentsRead || found.size() > kContentsFound) {
    throw query_error(by_version.front()->span, "too many versions compare so",
                      "another condition on the same row, such as packages.name:openssl");
  }
  const std::string select =
      "SELECT c.content_id FROM " + facts::content_table(section) + " c WHERE ";
  if (found.empty()) return select + "0 = 1";
  return select + "c.content_id IN (" + context.binder.bind_list(found) + ')';
}

// A SELECT of the contents that satisfy all of the conditions.
std::string wanted_contents(BuildContext& context, const SectionSchema& section,
                            const std::vector<const Condition*>& conditions) {
  if (std::any_of(conditions.begin(), conditions.end(),
                  [](const Condition* c) { return needs_versions(*c); }))
    return compared_contents(context, section, conditions);
  std::string out;
  for (const Condition* condition : conditions)
    out += (out.empty() ? "" : " AND ") + row_test(context.binder, *condition);
  return "SELECT c.content_id FROM " + facts::content_table(section) + " c WHERE " + out;
}

// Like items_with_row, from the item to its rows: for conditions that nearly every item satisfies.
std::string item_has_row(const SectionSchema& section, const std::string& test,
                         const store::ReadPoint& point) {
  return "EXISTS (SELECT 1 FROM assignments a JOIN " + facts::section_table(section) + " r ON " +
         point.holds_of("r", "a.source_record") + " WHERE a.item_id = i.item_id AND " +
         point.holds("a") + (test.empty() ? "" : " AND " + test) + " AND " +
         facts::is_shown(section, "a", point) + ')';
}

// SQL that is true for a row with all fields that the conditions ask about. Only for sections with
// at most one row (no key): a field that is present is known there, although others could not be
// read. Empty for sections with a key, where a row that would match may be missing altogether.
std::string fields_are_there(const SectionSchema& section,
                             const std::vector<const Condition*>& conditions) {
  std::string out;
  if (!section.key_fields.empty()) return out;
  for (const Condition* condition : conditions) {
    for (const std::size_t index : condition->field->columns)
      out += (out.empty() ? "" : " AND ") + column_of(section, index) + " IS NOT NULL";
  }
  return out;
}

}  // namespace

std::string own_row_test(BuildContext& context, const Condition& condition) {
  if (!needs_versions(condition) && !needs_addresses(condition))
    return row_test(context.binder, condition);
  const SectionSchema& section = *condition.field->section;
  const std::string column = column_of(section, condition.field->columns.front());
  return compared_values_test(context, column,
                              "SELECT DISTINCT " + column + " FROM " +
                                  facts::section_table(section) + " r WHERE " + column +
                                  " IS NOT NULL",
                              condition);
}

std::string items_with_row(const SectionSchema& section, const std::string& test,
                           const store::ReadPoint& point) {
  // CROSS JOIN keeps SQLite to this order; for PostgreSQL it is a join like any other.
  return "i.item_id IN (SELECT a.item_id FROM " + facts::section_table(section) +
         " r CROSS JOIN assignments a WHERE a.source_record = r.source_record AND " + test +
         " AND " + point.holds("r") + " AND " + point.holds("a") + " AND " +
         facts::is_shown(section, "a", point) + ')';
}

Sides section_leaf(BuildContext& context, const SectionSchema& section,
                   const std::vector<const Condition*>& conditions) {
  std::vector<const Condition*> shared;
  std::vector<std::string> tests;
  bool selective = false;
  for (const Condition* condition : conditions) {
    selective = selective || !condition->anything;
    if (is_shared(*condition)) {
      shared.push_back(condition);
    } else {
      tests.push_back(own_row_test(context, *condition));
    }
  }
  if (!shared.empty()) {
    const std::string wanted = wanted_contents(context, section, shared);
    // Through the index from contents to rows where few contents are wanted; where nearly every row
    // has one, the index would only add a look-up to each.
    tests.insert(tests.begin(),
                 selective ? "r.row_id IN (" + facts::rows_of_contents(section, wanted) + ')'
                           : "r.content_id IN (" + wanted + ')');
  }
  std::string test;
  for (const std::string& one : tests)
    test += (test.empty() ? "" : " AND ") + one;
  const std::string found = selective ? items_with_row(section, test, context.point)
                                      : item_has_row(section, test, context.point);
  // A row that matches is a match, however little else is known of the section. That no row matches
  // is an answer only where the section is known; elsewhere the item is undetermined.
  std::string unknown = "NOT " + facts::is_known(section, "i.item_id", context.point);
  if (const std::string there = fields_are_there(section, conditions); !there.empty())
    unknown = '(' + unknown + " AND NOT " + item_has_row(section, there, context.point) + ')';
  return {found, Sides::Doubt{'(' + found + " OR " + unknown + ')', unknown}};
}

}  // namespace muster::server::query
