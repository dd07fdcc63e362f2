// SPDX-License-Identifier: Apache-2.0
// Sections at run time. SectionSchema says of a section what describe.h declared, and Row holds the
// values of one row in the order of its fields; the server works with these alone, so it has no
// code of its own for any section. Schemas are made once and never change; any thread may read
// them.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "common/inventory/describe.h"

namespace muster::inventory {

struct FieldSchema {
  std::string_view name;
  std::string_view meaning;
  std::string_view unit;
  std::string_view read_from;
  FieldType type = FieldType::kText;
  FieldRole role = FieldRole::kFact;
  TextKind kind = TextKind::kPlain;
  bool optional = false;  // may be absent (an absent list is an empty list)
  bool shared = false;
  bool instance = false;
  bool pairing = true;
  bool identity = false;
  bool summary = false;
  int schema_version = 1;
  std::span<const std::string_view> values;  // of an enum

  bool is_key() const { return role == FieldRole::kKey; }
};

struct SectionSchema {
  std::string_view name;
  std::string_view title;
  std::string_view one;  // what one row is called
  std::string_view meaning;
  Interval interval = Interval::kHourly;
  Privacy privacy = Privacy::kNone;
  int schema_version = 1;
  bool never_empty = false;                   // every machine has such rows
  int linger_days = 0;                        // how long rows stay after they were last seen
  std::vector<std::string_view> providers;    // never empty
  std::optional<std::size_t> provider_field;  // index of the field that names a row's provider
  std::vector<FieldSchema> fields;            // in the order of the declaration
  std::vector<std::size_t> canonical_order;   // indexes of `fields`, by name bytewise
  std::vector<std::size_t> key_fields;        // indexes; empty: at most one row
  std::vector<std::size_t> pairing_fields;    // those keys that an upgrade does not change

  std::optional<std::size_t> find(std::string_view field) const;
  bool has_content() const;  // some field is shared
};

// One value; monostate is absent. Lists are sorted and without equal neighbours.
using Cell = std::variant<std::monostate, std::int64_t, bool, std::string, Instant,
                          std::vector<std::string>>;

struct Row {
  std::vector<Cell> cells;  // one for each field of the schema
  // Members that this version does not know, by name bytewise, with their canonical JSON. Kept,
  // never interpreted.
  std::vector<std::pair<std::string, std::string>> extra;
};

// Every section, by name; the list is in sections.cpp.
const std::vector<SectionSchema>& section_schemas();
const SectionSchema* find_section(std::string_view name);  // nullptr: no such section

std::string_view to_string(FieldType type);
std::string_view to_string(Interval interval);
std::string_view to_string(Privacy privacy);

SectionSchema finish_schema(
    SectionSchema schema);  // fills the index lists; used by make_schema only

template <Described T>
SectionSchema make_schema() {
  static_assert(well_formed<T>(), "the declaration breaks a rule at the top of describe.h");
  const SectionOptions& options = T::kSection.options;
  SectionSchema schema;
  schema.name = options.name;
  schema.title = options.title;
  schema.one = options.one.empty() ? options.title : options.one;
  schema.meaning = options.meaning;
  schema.interval = options.interval;
  schema.privacy = options.privacy;
  schema.schema_version = options.schema_version;
  schema.never_empty = options.never_empty;
  schema.linger_days = options.linger_days;
  schema.providers.assign(options.providers.begin(), options.providers.end());
  if (schema.providers.empty()) schema.providers.push_back(options.name);
  for_each_field<T>([&](const auto& field) {
    using Value = typename std::remove_cvref_t<decltype(field)>::Value;
    const FieldType type =
        field.options.values.empty() ? field_type<Value>(false) : field_type<Value>(true);
    if (field.name == options.provider_field) schema.provider_field = schema.fields.size();
    schema.fields.push_back({.name = field.name,
                             .meaning = field.meaning,
                             .unit = field.options.unit,
                             .read_from = field.options.read_from,
                             .type = type,
                             .role = field.role,
                             .kind = field.options.kind,
                             .optional = IsOptional<Value>::value || type == FieldType::kTextList,
                             .shared = field.options.shared,
                             .instance = field.options.instance,
                             .pairing = field.options.pairing,
                             .identity = field.options.identity,
                             .summary = field.options.summary,
                             .schema_version = field.options.schema_version,
                             .values = field.options.values});
  });
  return finish_schema(std::move(schema));
}

// The values of a declared struct, in the order of its fields. Texts are made valid
// (to_valid_text), cut at 16 KiB with a visible mark, and empty texts become absent; lists are
// sorted.
Cell to_cell(const std::string& value);
Cell to_cell(std::vector<std::string> value);
inline Cell to_cell(std::int64_t value) {
  return value;
}
inline Cell to_cell(bool value) {
  return value;
}
inline Cell to_cell(Instant value) {
  return value;
}
template <class T>
Cell to_cell(const std::optional<T>& value) {
  return value ? to_cell(*value) : Cell{};
}

template <Described T>
Row to_row(const T& value) {
  Row row;
  for_each_field<T>([&](const auto& field) { row.cells.push_back(to_cell(value.*field.member)); });
  return row;
}

}  // namespace muster::inventory
