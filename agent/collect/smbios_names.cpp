// SPDX-License-Identifier: Apache-2.0
// The names behind the numbers, as dmidecode and the specification spell them.
#include <array>
#include <span>

#include "agent/collect/smbios.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

// DSP0134 7.4.1, table 17; 1 and 2 are "Other" and "Unknown".
constexpr std::array<std::string_view, 37> kChassisTypes = {"",
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

// DSP0134 7.18.1, table 76.
constexpr std::array<std::string_view, 18> kFormFactors = {"",        "",       "",
                                                           "SIMM",    "SIP",    "Chip",
                                                           "DIP",     "ZIP",    "Proprietary Card",
                                                           "DIMM",    "TSOP",   "Row Of Chips",
                                                           "RIMM",    "SODIMM", "SRIMM",
                                                           "FB-DIMM", "Die",    "CAMM"};

// DSP0134 7.18.2, table 77.
constexpr std::array<std::string_view, 37> kMemoryTypes = {"",
                                                           "",
                                                           "",
                                                           "DRAM",
                                                           "EDRAM",
                                                           "VRAM",
                                                           "SRAM",
                                                           "RAM",
                                                           "ROM",
                                                           "Flash",
                                                           "EEPROM",
                                                           "FEPROM",
                                                           "EPROM",
                                                           "CDRAM",
                                                           "3DRAM",
                                                           "SDRAM",
                                                           "SGRAM",
                                                           "RDRAM",
                                                           "DDR",
                                                           "DDR2",
                                                           "DDR2 FB-DIMM",
                                                           "",
                                                           "",
                                                           "",
                                                           "DDR3",
                                                           "FBD2",
                                                           "DDR4",
                                                           "LPDDR",
                                                           "LPDDR2",
                                                           "LPDDR3",
                                                           "LPDDR4",
                                                           "Logical non-volatile device",
                                                           "HBM",
                                                           "HBM2",
                                                           "DDR5",
                                                           "LPDDR5",
                                                           "HBM3"};

std::optional<std::string_view> name_of(std::span<const std::string_view> names, int number) {
  if (number < 0 || static_cast<std::size_t>(number) >= names.size()) return std::nullopt;
  const std::string_view name = names[static_cast<std::size_t>(number)];
  if (name.empty()) return std::nullopt;
  return name;
}

}  // namespace

std::optional<std::string_view> chassis_type_name(int type) {
  return name_of(kChassisTypes, type);
}

std::optional<std::string_view> memory_form_factor_name(int form) {
  return name_of(kFormFactors, form);
}

std::optional<std::string_view> memory_type_name(int type) {
  return name_of(kMemoryTypes, type);
}

std::string firmware_date(std::string_view text) {
  const std::vector<std::string_view> parts = split(text, '/');
  if (parts.size() != 3 || parts[0].size() != 2 || parts[1].size() != 2) return std::string(text);
  if (parts[2].size() != 2 && parts[2].size() != 4) return std::string(text);
  for (const std::string_view part : parts) {
    if (part.find_first_not_of("0123456789") != std::string_view::npos) return std::string(text);
  }
  const auto month = parse_integer(parts[0]);
  const auto day = parse_integer(parts[1]);
  if (!month || !day || *month < 1 || *month > 12 || *day < 1 || *day > 31)
    return std::string(text);
  std::string out = parts[2].size() == 2 ? "19" : "";
  out.append(parts[2]).append("-").append(parts[0]).append("-").append(parts[1]);
  return out;
}

}  // namespace muster::agent
