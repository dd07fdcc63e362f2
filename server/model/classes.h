// SPDX-License-Identifier: Apache-2.0
// The classes of items: a tree whose names are paths. A person may set an item's class by hand;
// otherwise it follows from what the agent says: a container, a virtual machine
// (system.virtualization), else the chassis (system.chassis_type, inventory/chassis_types.h).
// Pure; any thread.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster::server::model {

struct ItemClass {
  std::string_view name;  // "hardware.computer.laptop"
  std::string_view meaning;
};

std::span<const ItemClass> item_classes();
const ItemClass* find_class(std::string_view name);  // by its whole path; nullptr: no such class

// What an item is that an agent reports and whose firmware says nothing more.
inline constexpr std::string_view kComputerClass = "hardware.computer";

std::string_view derived_class(const std::optional<std::string>& chassis_type,
                               const std::optional<std::string>& virtualization);

// The same as an SQL expression over the columns of `row`, a section_system row.
std::string derived_class_sql(std::string_view row);

// The class that a person means by the end of its path ("laptop", "computer.laptop") or all of it,
// in any case; nullptr: there is none, or several end so.
const ItemClass* find_class_by_end(std::string_view text);

// Classes with a name like this, the nearest first: by the end of their paths, or by whole paths.
std::vector<std::string> near_classes(std::string_view text, bool whole_paths);

}  // namespace muster::server::model
