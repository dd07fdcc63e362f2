// SPDX-License-Identifier: Apache-2.0
// The names behind the numbers, as dmidecode and the specification spell them.
#include <array>
#include <span>

#include "agent/collect/firmware/smbios.h"

namespace muster::agent::collect {
namespace {

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

std::optional<std::string_view> memory_form_factor_name(int form) {
  return name_of(kFormFactors, form);
}

std::optional<std::string_view> memory_type_name(int type) {
  return name_of(kMemoryTypes, type);
}

}  // namespace muster::agent::collect
