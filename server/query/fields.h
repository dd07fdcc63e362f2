// SPDX-License-Identifier: Apache-2.0
// What a query can ask about: the item fields, which have no dot and are one table in fields.cpp,
// and every section.field of the section declarations. Made once; never changes; any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/inventory/schema.h"

namespace muster::server::query {

enum class QueryType {
  kText,
  kInteger,
  kBoolean,
  kTime,  // of `seen` and of section fields: a time, a date or an age
  kEnum,
  kTextList,
  kVersion,  // text with the order of its ecosystem
};

// Where the value of a field comes from.
enum class FieldHome {
  kSection,        // a field of a section row
  kValue,          // an attribute that people enter
  kId,             // the item's number
  kName,           // entered, else os.hostname, else "item N"
  kClass,          // entered, else derived from the section system (classes.h)
  kArchived,       // entered; without a value it is "no"
  kSeen,           // presence: the last report
  kAgentVersion,   // of the last report; not kept, so only of the present
  kSectionStatus,  // "packages.failed"
};

struct QueryField {
  std::string name;
  QueryType type = QueryType::kText;
  inventory::TextKind kind = inventory::TextKind::kPlain;
  std::string unit;          // "bytes", "MHz"; empty: none
  std::string meaning;       // for people
  std::string derived_from;  // the section field behind an item field; empty: none, or itself
  FieldHome home = FieldHome::kSection;
  const inventory::SectionSchema* section = nullptr;  // kSection
  std::vector<std::size_t> columns;  // kSection: of the section; the first, or any of them, matches
  bool words = false;                // kSection: `:` looks for words in all columns together
  std::vector<std::string_view> values;  // kEnum: all of them
};

// Item fields first, in the order of their table, then section fields in that of the declarations.
const std::vector<QueryField>& query_fields();
const QueryField* find_query_field(std::string_view name);  // in any case; nullptr: no such field

std::string_view to_string(QueryType type);

}  // namespace muster::server::query
