// SPDX-License-Identifier: Apache-2.0
// A section of a made-up machine as its first report has it: all rows, every source of it ok.
#pragma once
#include <string>
#include <vector>

#include "common/inventory/snapshot.h"

namespace muster::test {

// `name` is a declared section.
void put_whole_section(inventory::Snapshot& snapshot, const std::string& name,
                       std::vector<inventory::Row> rows);

}  // namespace muster::test
