// SPDX-License-Identifier: Apache-2.0
#include "common/inventory/canonical.h"

#include <algorithm>

#include "common/json/write.h"
#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::inventory {
namespace {

constexpr std::size_t kUsualRowBytes = 512;  // grown where a row is larger

void append_cell(std::string& out, const Cell& cell) {
  if (const auto* number = std::get_if<std::int64_t>(&cell)) {
    append_json_integer(out, *number);
  } else if (const auto* truth = std::get_if<bool>(&cell)) {
    out += *truth ? "true" : "false";
  } else if (const auto* text = std::get_if<std::string>(&cell)) {
    append_json_text(out, *text);
  } else if (const auto* at = std::get_if<Instant>(&cell)) {
    append_json_text(out, to_rfc3339(*at));
  } else if (const auto* list = std::get_if<std::vector<std::string>>(&cell)) {
    out += '[';
    for (std::size_t i = 0; i < list->size(); ++i) {
      if (i > 0) out += ',';
      append_json_text(out, (*list)[i]);
    }
    out += ']';
  } else {
    out += "null";
  }
}

// A declared name has nothing that JSON would escape.
void append_declared(std::string& out, const FieldSchema& field, const Cell& cell) {
  if (out.size() > 1) out += ',';
  out += '"';
  out += field.name;
  out += "\":";
  append_cell(out, cell);
}

std::string key_of(const std::vector<std::size_t>& fields, const Row& row) {
  std::string out = "[";
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    append_cell(out, row.cells[fields[i]]);
  }
  out += ']';
  return out;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < 8; ++i)
    value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

}  // namespace

std::string canonical_json(const SectionSchema& schema, const Row& row) {
  std::string out;
  out.reserve(kUsualRowBytes);
  out += '{';
  const auto name_member = [&](std::string_view name) {
    if (out.size() > 1) out += ',';
    append_json_text(out, name);
    out += ':';
  };
  // Two sorted lists, merged: the declared fields and the members that this version does not know.
  auto extra = row.extra.begin();
  for (const std::size_t index : schema.canonical_order) {
    const std::string_view name = schema.fields[index].name;
    for (; extra != row.extra.end() && extra->first < name; ++extra) {
      name_member(extra->first);
      out += extra->second;
    }
    if (std::holds_alternative<std::monostate>(row.cells[index])) continue;
    append_declared(out, schema.fields[index], row.cells[index]);
  }
  for (; extra != row.extra.end(); ++extra) {
    name_member(extra->first);
    out += extra->second;
  }
  out += '}';
  return out;
}

std::string shared_canonical_json(const SectionSchema& schema, const Row& row) {
  std::string out;
  out.reserve(kUsualRowBytes);
  out += '{';
  for (const std::size_t index : schema.canonical_order) {
    const FieldSchema& field = schema.fields[index];
    if (!field.shared || std::holds_alternative<std::monostate>(row.cells[index])) continue;
    append_declared(out, field, row.cells[index]);
  }
  out += '}';
  return out;
}

std::string row_key(const SectionSchema& schema, const Row& row) {
  return key_of(schema.key_fields, row);
}

std::string pairing_key(const SectionSchema& schema, const Row& row) {
  return key_of(schema.pairing_fields, row);
}

std::string_view row_provider(const SectionSchema& schema, const Row& row) {
  if (schema.provider_field) {
    if (const auto* text = std::get_if<std::string>(&row.cells[*schema.provider_field]))
      return *text;
  }
  return schema.providers.front();
}

Hash128& Hash128::operator+=(const Hash128& other) {
  const std::uint64_t before = low;
  low += other.low;
  high += other.high + (low < before ? 1 : 0);
  return *this;
}

Hash128& Hash128::operator-=(const Hash128& other) {
  const std::uint64_t before = low;
  low -= other.low;
  high -= other.high + (before < other.low ? 1 : 0);
  return *this;
}

std::string Hash128::to_bytes() const {
  std::string out;
  for (const std::uint64_t half : {high, low}) {
    for (int shift = 56; shift >= 0; shift -= 8)
      out += static_cast<char>(half >> shift & 255);
  }
  return out;
}

std::string Hash128::to_hex() const {
  return muster::to_hex(to_bytes());
}

std::optional<Hash128> Hash128::from_bytes(std::string_view bytes) {
  if (bytes.size() != 16) return std::nullopt;
  return Hash128{big_endian(bytes), big_endian(bytes.substr(8))};
}

std::optional<Hash128> Hash128::from_hex(std::string_view text) {
  const auto bytes = muster::from_hex(text);
  // Upper-case digits are refused: one value has one spelling.
  if (!bytes || lower_ascii(text) != text) return std::nullopt;
  return from_bytes(*bytes);
}

Hash128 row_hash(std::string_view canonical) {
  const auto digest = sha256_array(canonical);
  return *Hash128::from_bytes({reinterpret_cast<const char*>(digest.data()), 16});
}

}  // namespace muster::inventory
