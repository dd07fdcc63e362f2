// SPDX-License-Identifier: Apache-2.0
#include "server/facts/row_text.h"

#include <array>
#include <utility>

#include "common/support/text.h"
#include "server/facts/section_rows.h"
#include "server/facts/version_order.h"

namespace muster::server::facts {
namespace {

using inventory::FieldSchema;
using inventory::Row;
using inventory::SectionSchema;

bool is_absent(const inventory::Cell& cell) {
  if (const auto* list = std::get_if<std::vector<std::string>>(&cell)) return list->empty();
  return std::holds_alternative<std::monostate>(cell);
}

// The suffix of a field's name that names its unit (describe.h: the unit is part of the name).
std::string_view unit_in_name(std::string_view unit) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kEnds = {
      {{"bytes", "_bytes"},
       {"MHz", "_mhz"},
       {"MT/s", "_mts"},
       {"Mbit/s", "_mbps"},
       {"seconds", "_seconds"},
       {"%", "_percent"}}};
  for (const auto& [name, end] : kEnds) {
    if (unit == name) return end;
  }
  return {};
}

// A text of more than one word is quoted where it stands among other words.
std::string quoted_value(const FieldSchema& field, const inventory::Cell& cell) {
  const std::string text = value_text(field, cell);
  const bool is_text = std::holds_alternative<std::string>(cell) ||
                       std::holds_alternative<std::vector<std::string>>(cell);
  return is_text && text.find_first_of(" ,") != std::string::npos ? '"' + text + '"' : text;
}

std::string field_sentence(const FieldSchema& field, const inventory::Cell& before,
                           const inventory::Cell& after) {
  std::string from = quoted_value(field, before);
  std::string to = quoted_value(field, after);
  if (is_absent(before)) return field_words(field) + " is now " + to;
  if (is_absent(after)) return field_words(field) + ' ' + from + " is gone";
  if (from == to) {  // the units are too coarse to show the difference
    from = cell_text(before);
    to = cell_text(after) + (field.unit.empty() ? "" : ' ' + std::string(field.unit));
  }
  return field_words(field) + ' ' + from + " to " + to;
}

// nullopt: not a package, or a change that keeps its version.
std::optional<std::string> package_sentence(const SectionSchema& schema, const Row* before,
                                            const Row* after) {
  const auto version = schema.find("version");
  const auto manager = schema.find("manager");
  if (schema.name != "packages" || !version || !manager) return std::nullopt;
  const std::string label = row_label(schema, after != nullptr ? *after : *before);
  const auto version_of = [&](const Row* row) { return cell_text(row->cells[*version]); };
  if (before == nullptr) return label + ' ' + version_of(after) + " installed";
  if (after == nullptr) return label + ' ' + version_of(before) + " removed";
  const std::string from = version_of(before);
  const std::string to = version_of(after);
  if (from == to) return std::nullopt;
  const auto ecosystem = ecosystem_of(cell_text(after->cells[*manager]));
  return label + (compare_versions(ecosystem, from, to) < 0 ? " upgraded " : " downgraded ") +
         from + " to " + to;
}

}  // namespace

std::string value_text(const FieldSchema& field, const inventory::Cell& cell) {
  if (is_absent(cell)) return {};
  const auto* number = std::get_if<std::int64_t>(&cell);
  if (number == nullptr || unit_in_name(field.unit).empty()) return cell_text(cell);
  if (field.unit == "bytes") return humanised_bytes(*number);
  return std::to_string(*number) + ' ' + std::string(field.unit);
}

std::string field_words(const FieldSchema& field) {
  std::string_view name = field.name;
  const std::string_view end = unit_in_name(field.unit);
  if (!end.empty() && name.size() > end.size() && name.ends_with(end))
    name.remove_suffix(end.size());
  std::string out;
  for (const std::string_view word : split(name, '_')) {
    if (!out.empty()) out += ' ';
    if (word == "mac") {
      out += "MAC";
    } else if (word == "uuid") {
      out += "UUID";
    } else {
      out += word;
    }
  }
  return out;
}

std::string row_summary(const SectionSchema& schema, const Row& row, bool with_identity) {
  std::string like;      // what it is like,
  std::string identity;  // and then which one it is
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    const FieldSchema& field = schema.fields[i];
    if (!field.summary || is_absent(row.cells[i])) continue;
    std::string& out = field.identity ? identity : like;
    if (!out.empty()) out += ", ";
    // A bare serial number, MAC address or user id does not show what it is, so its name is added.
    const bool is_named = field.identity || field.unit == "bits" || field.name == "uid";
    out += (is_named ? field_words(field) + ' ' : "") + value_text(field, row.cells[i]);
  }
  if (!with_identity || identity.empty()) return like;
  return like.empty() ? identity : like + ", " + identity;
}

std::string change_sentence(const SectionSchema& schema, const Row* before, const Row* after) {
  if (auto sentence = package_sentence(schema, before, after)) return *std::move(sentence);
  const Row& shown = after != nullptr ? *after : *before;
  std::string out(schema.one);
  if (!schema.key_fields.empty()) out += ' ' + row_label(schema, shown);
  if (before == nullptr || after == nullptr) {
    const std::string summary = row_summary(schema, shown, true);
    out += after != nullptr ? " added" : " removed";
    return summary.empty() ? out : out + ": " + summary;
  }
  const char* separator = ": ";
  for (std::size_t i = 0; i < schema.fields.size(); ++i) {
    if (cell_json(before->cells[i]) == cell_json(after->cells[i])) continue;
    out += separator + field_sentence(schema.fields[i], before->cells[i], after->cells[i]);
    separator = ", ";
  }
  return out;
}

}  // namespace muster::server::facts
