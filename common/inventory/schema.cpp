// SPDX-License-Identifier: Apache-2.0
#include "common/inventory/schema.h"

#include <algorithm>
#include <numeric>

#include "common/inventory/canonical.h"
#include "common/support/text.h"

namespace muster::inventory {

std::optional<std::size_t> SectionSchema::find(std::string_view field) const {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == field) return i;
  }
  return std::nullopt;
}

bool SectionSchema::has_content() const {
  return std::any_of(fields.begin(), fields.end(),
                     [](const FieldSchema& field) { return field.shared; });
}

SectionSchema finish_schema(SectionSchema schema) {
  schema.canonical_order.resize(schema.fields.size());
  std::iota(schema.canonical_order.begin(), schema.canonical_order.end(), std::size_t{0});
  std::sort(
      schema.canonical_order.begin(), schema.canonical_order.end(),
      [&](std::size_t a, std::size_t b) { return schema.fields[a].name < schema.fields[b].name; });
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (!schema.fields[i].is_key()) continue;
    schema.key_fields.push_back(i);
    if (schema.fields[i].pairing) schema.pairing_fields.push_back(i);
  }
  return schema;
}

Cell to_cell(const std::string& value) {
  std::string text = to_valid_text(value);
  if (text.empty()) return {};
  if (text.size() > kTextBytes) {
    std::size_t cut = kTextBytes - kCutMark.size();
    while (cut > 0 && (static_cast<unsigned char>(text[cut]) & 0xC0) == 0x80)
      --cut;  // not inside a character
    text.resize(cut);
    text += kCutMark;
  }
  return text;
}

Cell to_cell(std::vector<std::string> value) {
  for (std::string& text : value) {
    const Cell cell = to_cell(text);
    text = std::holds_alternative<std::string>(cell) ? std::get<std::string>(cell) : std::string();
  }
  std::erase(value, std::string());
  std::sort(value.begin(), value.end());
  value.erase(std::unique(value.begin(), value.end()), value.end());
  if (value.empty()) return {};
  return value;
}

std::string_view to_string(FieldType type) {
  switch (type) {
    case FieldType::kText:
      return "text";
    case FieldType::kInteger:
      return "integer";
    case FieldType::kBoolean:
      return "boolean";
    case FieldType::kTime:
      return "time";
    case FieldType::kEnum:
      return "enum";
    case FieldType::kTextList:
      return "list of text";
  }
  return "text";
}

std::string_view to_string(Interval interval) {
  switch (interval) {
    case Interval::kEach:
      return "each";
    case Interval::kHourly:
      return "hourly";
    case Interval::kDaily:
      return "daily";
  }
  return "hourly";
}

std::string_view to_string(Privacy privacy) {
  switch (privacy) {
    case Privacy::kNone:
      return "none";
    case Privacy::kPersonal:
      return "personal";
    case Privacy::kSensitive:
      return "sensitive";
  }
  return "none";
}

const SectionSchema* find_section(std::string_view name) {
  for (const SectionSchema& schema : section_schemas()) {
    if (schema.name == name) return &schema;
  }
  return nullptr;
}

}  // namespace muster::inventory
