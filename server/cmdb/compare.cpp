// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/compare.h"

#include <map>

#include "common/inventory/canonical.h"
#include "server/cmdb/section_rows.h"
#include "server/cmdb/sections.h"

namespace muster::server {
namespace {

using inventory::SectionSchema;

using RowsByKey = std::multimap<std::string, StoredRow>;

RowsByKey rows_of(Session& session, const SectionSummary& summary, const ReadPoint& point) {
  RowsByKey out;
  for (StoredRow& row : section_rows(session, summary.source_record, *summary.schema, point).rows) {
    std::string key = inventory::pairing_key(*summary.schema, row.row);
    out.emplace(std::move(key), std::move(row));
  }
  return out;
}

ComparedRow one_sided(const SectionSchema& schema, const std::string& key, const StoredRow& row,
                      bool is_a) {
  ComparedRow out;
  out.key = key;
  out.label = row_label(schema, row.row);
  (is_a ? out.a : out.b) = row_json(schema, row.row);
  return out;
}

std::optional<ComparedRow> difference(const SectionSchema& schema, const std::string& key,
                                      const StoredRow& a, const StoredRow& b) {
  ComparedRow out = one_sided(schema, key, a, true);
  out.b = row_json(schema, b.row);
  if (out.a == out.b) return std::nullopt;
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    std::string before = cell_json(a.row.cells[i]);
    std::string after = cell_json(b.row.cells[i]);
    if (before != after)
      out.fields.push_back(
          {std::string(schema.fields[i].name), std::move(before), std::move(after)});
  }
  return out;
}

void compare_rows(ComparedSection& out, RowsByKey a, RowsByKey b) {
  const SectionSchema& schema = *out.schema;
  for (const auto& [key, row] : a) {
    const auto other = b.find(key);
    if (other == b.end()) {
      out.only_a.push_back(one_sided(schema, key, row, true));
      continue;
    }
    if (auto changed = difference(schema, key, row, other->second)) {
      out.different.push_back(std::move(*changed));
    } else {
      ++out.same;
    }
    b.erase(other);
  }
  for (const auto& [key, row] : b)
    out.only_b.push_back(one_sided(schema, key, row, false));
}

// Why nothing is known of a side, which is not a side without rows.
std::string why_unknown(const SectionSummary& side) {
  const bool says_none =
      side.status == inventory::Status::kOk || side.status == inventory::Status::kNotApplicable;
  if (says_none) return "side told of none, and every machine has some";
  return "side could not be looked at: " + std::string(inventory::to_string(side.status));
}

// Fills not_compared or incomplete for a side of which not all is known.
void weigh_side(Session& session, ComparedSection& out, const std::optional<SectionSummary>& side,
                const ComparedSide& of, bool is_a) {
  if (!out.not_compared.empty()) return;
  const std::string name = is_a ? "the first " : "the second ";
  if (!side) {
    out.not_compared = name + "side never reported it";
  } else if (!is_section_known(session, of.item_id, *out.schema, of.point)) {
    if (side->rows == 0)
      out.not_compared = name + why_unknown(*side);
    else
      out.incomplete.emplace_back(is_a ? "a" : "b");
  }
}

}  // namespace

std::vector<ComparedSection> compare_items(Session& session, const ComparedSide& a,
                                           const ComparedSide& b,
                                           const std::optional<std::string>& section,
                                           bool personal) {
  std::vector<ComparedSection> out;
  for (const SectionSchema& schema : inventory::section_schemas()) {
    if (section && *section != schema.name) continue;
    if (schema.privacy != inventory::Privacy::kNone && !personal) continue;
    const auto of_a = section_summary(session, a.item_id, schema, a.point);
    const auto of_b = section_summary(session, b.item_id, schema, b.point);
    if (!of_a && !of_b) continue;
    ComparedSection compared;
    compared.schema = &schema;
    weigh_side(session, compared, of_a, a, true);
    weigh_side(session, compared, of_b, b, false);
    if (!compared.not_compared.empty()) {
      compared.incomplete.clear();
    } else {
      compare_rows(compared, rows_of(session, *of_a, a.point), rows_of(session, *of_b, b.point));
    }
    out.push_back(std::move(compared));
  }
  return out;
}

}  // namespace muster::server
