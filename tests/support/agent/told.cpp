// SPDX-License-Identifier: Apache-2.0
#include "tests/support/agent/told.h"

#include <algorithm>
#include <stdexcept>

namespace muster::agent {

namespace {

struct CellText {
  std::string operator()(std::monostate) const { return "-"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const Instant& value) const { return to_rfc3339(value); }
  std::string operator()(const std::vector<std::string>& values) const {
    std::string out;
    for (const std::string& value : values)
      out += (out.empty() ? "" : ",") + value;
    return out;
  }
};

}  // namespace

std::vector<std::string> told(std::string_view section, const collect::CollectedSection& collected,
                              std::initializer_list<std::string_view> fields) {
  const auto* const schema = inventory::find_section(section);
  if (schema == nullptr) throw std::runtime_error("no section " + std::string(section));
  std::vector<std::string> lines;
  for (const inventory::Row& row : collected.rows) {
    std::string line;
    for (const std::string_view field : fields) {
      const auto at = schema->find(field);
      if (!at) throw std::runtime_error("no field " + std::string(field));
      line += (line.empty() ? "" : " | ") + std::visit(CellText{}, row.cells[*at]);
    }
    lines.push_back(std::move(line));
  }
  std::sort(lines.begin(), lines.end());
  return lines;
}

}  // namespace muster::agent
