// SPDX-License-Identifier: Apache-2.0
// The kinds of chassis by their SMBIOS numbers: the one vocabulary of system.chassis_type, which
// the agent writes and the server's table of classes reads. Pure; any thread.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace muster::inventory {

// DSP0134 3.7, 7.4.1, table 17, as dmidecode spells it; 1 and 2 are "Other" and "Unknown".
inline constexpr std::array<std::string_view, 37> kChassisTypes = {"",
                                                                   "",
                                                                   "",
                                                                   "Desktop",
                                                                   "Low Profile Desktop",
                                                                   "Pizza Box",
                                                                   "Mini Tower",
                                                                   "Tower",
                                                                   "Portable",
                                                                   "Laptop",
                                                                   "Notebook",
                                                                   "Hand Held",
                                                                   "Docking Station",
                                                                   "All In One",
                                                                   "Sub Notebook",
                                                                   "Space-saving",
                                                                   "Lunch Box",
                                                                   "Main Server Chassis",
                                                                   "Expansion Chassis",
                                                                   "Sub Chassis",
                                                                   "Bus Expansion Chassis",
                                                                   "Peripheral Chassis",
                                                                   "RAID Chassis",
                                                                   "Rack Mount Chassis",
                                                                   "Sealed-case PC",
                                                                   "Multi-system",
                                                                   "CompactPCI",
                                                                   "AdvancedTCA",
                                                                   "Blade",
                                                                   "Blade Enclosing",
                                                                   "Tablet",
                                                                   "Convertible",
                                                                   "Detachable",
                                                                   "IoT Gateway",
                                                                   "Embedded PC",
                                                                   "Mini PC",
                                                                   "Stick PC"};

// nullopt for unknown, other and numbers of a later version.
constexpr std::optional<std::string_view> chassis_type_name(int type) {
  if (type < 0 || static_cast<std::size_t>(type) >= kChassisTypes.size()) return std::nullopt;
  const std::string_view name = kChassisTypes[static_cast<std::size_t>(type)];
  if (name.empty()) return std::nullopt;
  return name;
}

}  // namespace muster::inventory
