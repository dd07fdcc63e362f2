// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/whole_section.h"

#include <string_view>
#include <utility>

namespace muster::test {

void put_whole_section(inventory::Snapshot& snapshot, const std::string& name,
                       std::vector<inventory::Row> rows) {
  const inventory::SectionSchema* const schema = inventory::find_section(name);
  inventory::CollectedSection collected{.schema = schema, .sources = {}, .rows = std::move(rows)};
  for (const std::string_view source : schema->sources)
    collected.sources.emplace(std::string(source), inventory::SourceStatus{});
  snapshot[name] = inventory::next_snapshot(nullptr, std::move(collected)).value();
}

}  // namespace muster::test
