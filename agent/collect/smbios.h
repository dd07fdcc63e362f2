// SPDX-License-Identifier: Apache-2.0
// SMBIOS tables as typed structures (DMTF DSP0134 3.7): what the firmware says of the machine. Pure
// parser of bytes that nobody vouches for: every offset is checked against its structure's length,
// every string against the end of the table, and a damaged table gives the structures before the
// damage and says where it is. Texts are trimmed, and blank or erased (all FFh) ones absent;
// placeholders ("To Be Filled By O.E.M.") stay as the machine tells them. Any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/result.h"

namespace muster::agent {

struct SmbiosVersion {
  int major = 0;
  int minor = 0;
  friend constexpr auto operator<=>(SmbiosVersion, SmbiosVersion) = default;
};

struct SmbiosEntryPoint {
  SmbiosVersion version;
  std::int64_t table_bytes = 0;                 // 3.x: at most; 2.x: exactly
  std::optional<std::int64_t> structure_count;  // 2.x only
};

// "_SM3_" (5.2.2), "_SM_" (5.2.1) or the bare "_DMI_" of old firmware. kMalformed: none of them,
// cut off, or its checksum is wrong.
Result<SmbiosEntryPoint> parse_smbios_entry_point(std::string_view bytes);

struct SmbiosFirmware {  // type 0
  std::optional<std::string> vendor, version;
  std::optional<std::string> release_date;  // YYYY-MM-DD; as it stands when it is no date
  std::optional<std::string> revision;      // "5.17"
};

struct SmbiosSystem {  // type 1
  std::optional<std::string> manufacturer, product_name, version, serial_number, sku_number, family;
  std::optional<std::string> uuid;  // lower case; absent when all 00 or all FF
};

struct SmbiosBoard {  // type 2
  std::optional<std::string> manufacturer, product, version, serial_number, asset_tag;
};

struct SmbiosChassis {  // type 3
  std::optional<std::string> manufacturer, type, serial_number, asset_tag;
};

struct SmbiosProcessor {  // type 4
  std::optional<std::string> socket, manufacturer, version;
  bool populated = false;
};

struct SmbiosMemoryArray {  // type 16
  std::uint16_t handle = 0;
  bool system_memory = false;  // not video memory, flash, cache, ...
  std::optional<std::int64_t> slots;
};

struct SmbiosMemoryDevice {  // type 17
  std::uint16_t array_handle = 0;
  bool filled = false;
  bool storage = false;  // ROM or flash of the firmware, listed as if it were a module
  std::optional<std::int64_t> size_bytes;
  std::optional<std::int64_t> speed_mts, configured_speed_mts;
  std::optional<std::string> locator, bank_locator, memory_type, form_factor;
  std::optional<std::string> manufacturer, serial_number, asset_tag, part_number;
};

struct Smbios {
  std::optional<SmbiosFirmware> firmware;  // of types 0 to 3 the first, as the kernel does it
  std::optional<SmbiosSystem> system;
  std::optional<SmbiosBoard> board;
  std::optional<SmbiosChassis> chassis;
  std::vector<SmbiosProcessor> processors;
  std::vector<SmbiosMemoryArray> memory_arrays;
  std::vector<SmbiosMemoryDevice> memory_devices;

  std::size_t structures = 0;  // read whole, of any type
  std::string damage;          // a sentence: where and why reading stopped; empty: read to its end
  std::vector<std::string> unbelievable;  // sentences: values that were left out as impossible

  // A module of the machine's main memory that sits in its slot.
  bool is_module(const SmbiosMemoryDevice& device) const;
};

// `entry` may be missing (a capture holds the table alone): the version is then taken to be 2.6 or
// later, as on every machine since 2008, which decides the byte order of the UUID only.
Smbios parse_smbios(std::string_view table, const std::optional<SmbiosEntryPoint>& entry);

// Names of DSP0134 tables 17, 76 and 77; nullopt for unknown, other and numbers of a later version.
std::optional<std::string_view> chassis_type_name(int type);
std::optional<std::string_view> memory_form_factor_name(int form);
std::optional<std::string_view> memory_type_name(int type);

// "05/19/2021" and "05/19/21" (20th century, as 2.2 and before wrote it) as "2021-05-19"; anything
// else stays as it is.
std::string firmware_date(std::string_view text);

}  // namespace muster::agent
