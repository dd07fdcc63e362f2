// SPDX-License-Identifier: Apache-2.0
#include "server/facts/compare.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <map>

#include "common/inventory/canonical.h"
#include "server/facts/row_text.h"
#include "server/facts/section_rows.h"
#include "server/facts/sections.h"

namespace muster::server::facts {
namespace {

using inventory::FieldSchema;
using inventory::FieldType;
using inventory::Row;
using inventory::SectionSchema;

using RowsByKey = std::multimap<std::string, StoredRow>;

// The key that pairs the rows of two machines. A key that is identity (the serial number of a disk)
// has no counterpart on the other machine, so the name stands in its place.
std::string key_of(const SectionSchema& schema, const Row& row, bool identity) {
  if (identity) return inventory::pairing_key(schema, row);
  std::string key;
  bool is_named = true;
  for (const std::size_t i : schema.pairing_fields) {
    const FieldSchema& field = schema.fields[i];
    if (field.identity) is_named = false;
    if (!field.identity && !field.instance) key += cell_json(row.cells[i]) + '\n';
  }
  const auto name = schema.find("name");
  if (!is_named && name) key += cell_json(row.cells[*name]);
  return key;
}

RowsByKey rows_of(store::Transaction& transaction, const SectionSummary& summary,
                  const store::ReadPoint& point, bool identity) {
  RowsByKey out;
  for (StoredRow& row :
       section_rows(transaction, summary.source_record, *summary.schema, point).rows) {
    std::string key = key_of(*summary.schema, row.row, identity);
    out.emplace(std::move(key), std::move(row));
  }
  return out;
}

// The bytes of an IPv4 or IPv6 address with the bits of its host cleared; empty if it is no
// address.
std::string network_of(const std::string& address, std::int64_t prefix_bits) {
  std::array<unsigned char, 16> bytes{};
  std::size_t size = 0;
  if (::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) size = 4;
  if (size == 0 && ::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) size = 16;
  for (std::size_t i = 0; i < size; ++i) {
    const std::int64_t kept =
        std::clamp<std::int64_t>(prefix_bits - static_cast<std::int64_t>(8 * i), 0, 8);
    bytes[i] &= static_cast<unsigned char>(0xFF00U >> static_cast<unsigned>(kept));
  }
  return {reinterpret_cast<const char*>(bytes.data()), size};
}

// Two machines never share an address, so only a difference of their networks counts.
bool is_other_network(const SectionSchema& schema, std::size_t field, const Row& a, const Row& b) {
  const auto prefix = schema.find("prefix_length");
  if (!prefix) return false;
  const auto network = [&](const Row& row) {
    const auto* address = std::get_if<std::string>(&row.cells[field]);
    const auto* bits = std::get_if<std::int64_t>(&row.cells[*prefix]);
    return address == nullptr || bits == nullptr ? std::string() : network_of(*address, *bits);
  };
  return network(a) != network(b);
}

// The fields that differ; before is a's value, after is b's.
std::vector<FieldChange> differing(const SectionSchema& schema, const Row& a, const Row& b,
                                   bool identity) {
  std::vector<FieldChange> all;
  // The versions (fields of the key that are not in the pairing key), and the fields that do not
  // follow from them: these alone are told where a version differs.
  std::vector<FieldChange> versions;
  bool has_version = false;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const FieldSchema& field = schema.fields[i];
    auto before = present_json(a.cells[i]);
    auto after = present_json(b.cells[i]);
    if (before == after) continue;
    if (!identity && (field.instance || (field.identity && !is_other_network(schema, i, a, b))))
      continue;
    FieldChange change{std::string(field.name), std::move(before), std::move(after)};
    const bool is_version = field.is_key() && !field.pairing;
    has_version = has_version || is_version;
    // A state or a hold is no consequence of the version.
    const bool is_own = field.type == FieldType::kEnum || field.type == FieldType::kBoolean;
    if (is_version || is_own) versions.push_back(change);
    all.push_back(std::move(change));
  }
  if (has_version) return versions;
  // Fields of newer agents.
  std::map<std::string, std::pair<std::optional<std::string>, std::optional<std::string>>> unknown;
  for (const auto& [name, json] : a.extra)
    unknown[name].first = json;
  for (const auto& [name, json] : b.extra)
    unknown[name].second = json;
  for (auto& [name, values] : unknown) {
    if (values.first != values.second)
      all.push_back({name, std::move(values.first), std::move(values.second)});
  }
  return all;
}

ComparedRow one_sided(const SectionSchema& schema, const std::string& key, const StoredRow& row,
                      bool is_a, bool identity) {
  ComparedRow out;
  out.key = key;
  out.label = row_label(schema, row.row);
  out.summary = row_summary(schema, row.row, identity);
  (is_a ? out.a : out.b) = row_json(schema, row.row);
  return out;
}

// Pairs rows with one key: equal ones first, the rest in their order. In one pass, a row could pair
// with a different one and leave its equal over, so that two differences would be told where none
// is.
void compare_rows(ComparedSection& out, RowsByKey a, RowsByKey b, bool identity) {
  const SectionSchema& schema = *out.schema;
  for (auto row = a.begin(); row != a.end();) {
    auto [equal, last] = b.equal_range(row->first);
    while (equal != last &&
           !differing(schema, row->second.row, equal->second.row, identity).empty())
      ++equal;
    if (equal == last) {
      ++row;
      continue;
    }
    ++out.same;
    b.erase(equal);
    row = a.erase(row);
  }
  for (const auto& [key, row] : a) {
    const auto other = b.find(key);
    if (other == b.end()) {
      out.only_a.push_back(one_sided(schema, key, row, true, identity));
      continue;
    }
    ComparedRow changed = one_sided(schema, key, row, true, identity);
    changed.b = row_json(schema, other->second.row);
    changed.fields = differing(schema, row.row, other->second.row, identity);
    out.different.push_back(std::move(changed));
    b.erase(other);
  }
  for (const auto& [key, row] : b)
    out.only_b.push_back(one_sided(schema, key, row, false, identity));
}

// Why nothing is known of a side. An unknown side is not a side without rows.
std::string why_unknown(const SectionSummary& side) {
  const bool says_none =
      side.status == inventory::Status::kOk || side.status == inventory::Status::kNotApplicable;
  if (says_none) return "side told of none, and every machine has some";
  return "side could not be looked at: " + std::string(inventory::to_string(side.status));
}

// Fills not_compared or incomplete for a side of which not all is known.
void weigh_side(store::Transaction& transaction, ComparedSection& out,
                const std::optional<SectionSummary>& side, const ComparedSide& of, bool is_a) {
  if (!out.not_compared.empty()) return;
  const std::string name = is_a ? "the first " : "the second ";
  if (!side) {
    out.not_compared = name + "side never reported it";
  } else if (!is_section_known(transaction, of.item_id, *out.schema, of.point)) {
    if (side->rows == 0)
      out.not_compared = name + why_unknown(*side);
    else
      out.incomplete.emplace_back(is_a ? "a" : "b");
  }
}

}  // namespace

std::vector<ComparedSection> compare_items(store::Transaction& transaction, const ComparedSide& a,
                                           const ComparedSide& b, const CompareOptions& options) {
  std::vector<ComparedSection> out;
  for (const SectionSchema& schema : inventory::section_schemas()) {
    if (options.section && *options.section != schema.name) continue;
    if (schema.privacy != inventory::Privacy::kNone && !options.personal) continue;
    const auto of_a = section_summary(transaction, a.item_id, schema, a.point);
    const auto of_b = section_summary(transaction, b.item_id, schema, b.point);
    if (!of_a && !of_b) continue;
    ComparedSection compared;
    compared.schema = &schema;
    weigh_side(transaction, compared, of_a, a, true);
    weigh_side(transaction, compared, of_b, b, false);
    if (!compared.not_compared.empty()) {
      compared.incomplete.clear();
    } else {
      compare_rows(compared, rows_of(transaction, *of_a, a.point, options.identity),
                   rows_of(transaction, *of_b, b.point, options.identity), options.identity);
    }
    out.push_back(std::move(compared));
  }
  return out;
}

}  // namespace muster::server::facts
