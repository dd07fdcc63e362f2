// SPDX-License-Identifier: Apache-2.0
// What a collector says, as lines that a test can compare.
#pragma once
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"

namespace muster::agent {

// told("disks", disks, {"name", "path"}): one line a row, sorted: "sda | pci-0000:00:1f.2-ata-1";
// "-" is absent, lists have commas.
std::vector<std::string> told(std::string_view section, const collect::CollectedSection& collected,
                              std::initializer_list<std::string_view> fields);

}  // namespace muster::agent
