// SPDX-License-Identifier: Apache-2.0
#include "agent/commands/section_names.h"

#include "common/inventory/schema.h"
#include "common/support/text.h"

namespace muster::agent::commands {

Failure unknown_section(std::string_view name) {
  std::string known;
  for (const inventory::SectionSchema& schema : inventory::section_schemas())
    known += (known.empty() ? "" : ", ") + std::string(schema.name);
  return {FailureKind::kNotFound,
          "there is no section \"" + printable(name) + "\"; the sections are " + known};
}

Result<report::SectionNames> known_sections(const std::vector<std::string>& names) {
  report::SectionNames out;
  for (const std::string& name : names) {
    if (inventory::find_section(name) == nullptr) return unknown_section(name);
    out.insert(name);
  }
  return out;
}

}  // namespace muster::agent::commands
