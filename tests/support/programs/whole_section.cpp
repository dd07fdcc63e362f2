// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/whole_section.h"

#include <utility>

namespace muster::test {

void put_whole_section(inventory::Snapshot& snapshot, const std::string& name,
                       std::vector<inventory::Row> rows) {
  const inventory::SectionSchema* const schema = inventory::find_section(name);
  inventory::CollectedSection collected{.schema = schema, .providers = {}, .rows = std::move(rows)};
  // As an agent: of several sources those that the machine has.
  collected.providers.emplace(std::string(schema->providers.front()), inventory::ProviderStatus{});
  snapshot[name] = inventory::next_snapshot(nullptr, std::move(collected), {}).value();
}

}  // namespace muster::test
