// SPDX-License-Identifier: Apache-2.0
// SMBIOS tables as typed structures (DMTF DSP0134 3.7): what the firmware says of the machine. Pure
// parser of bytes that nobody vouches for: every offset is checked against its structure's length,
// every string against the end of the table, and a damaged table gives the structures before the
// damage and says where it is. Texts are trimmed, and blank or erased (all FFh) ones absent;
// placeholders ("To Be Filled By O.E.M.") stay as the machine tells them: collectors leave them out
// (common/inventory/placeholders.h). Any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/result.h"

namespace muster::agent::collect {

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
  std::optional<std::string> release_date;  // YYYY-MM-DD; absent when the text is no date
  std::optional<std::string> revision;      // "5.17"
};

struct SmbiosSystem {  // type 1
  std::optional<std::string> manufacturer, product_name, version, serial_number, sku_number, family;
  std::optional<std::string> uuid;  // lower case; absent when all 00 or all FF
};

struct SmbiosBoard {  // type 2
  std::uint16_t handle = 0;
  std::optional<std::uint16_t> chassis_handle;  // of the chassis that it is in
  bool hosting = false;                         // says that it carries others, as a main board does
  int kind = 0;                                 // DSP0134 7.3.2, table 14; 0: not told
  std::optional<std::string> manufacturer, product, version, serial_number, asset_tag;
};

struct SmbiosChassis {  // type 3
  std::uint16_t handle = 0;
  int kind = 0;  // the number behind `type`
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
  std::optional<SmbiosFirmware> firmware;  // the first
  std::optional<SmbiosSystem> system;      // the first
  std::vector<SmbiosBoard> boards;
  std::vector<SmbiosChassis> enclosures;
  std::optional<SmbiosBoard> board;      // the main board, whatever the order of the table
  std::optional<SmbiosChassis> chassis;  // the one that the main board is in
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

// Which of the boards is the main board: one that hosts others before one that does not, then by
// its kind (motherboard, blade, ...), then the lowest handle (7.3; the table has no order).
// nullptr: there is none.
const SmbiosBoard* main_board(const Smbios& smbios);
// The enclosure whose handle the main board names (7.3, 0Bh); without, one that is neither a dock
// nor another thing beside the machine, nor what many machines share (7.4).
const SmbiosChassis* main_chassis(const Smbios& smbios, const SmbiosBoard* board);

// Names of DSP0134 tables 76 and 77; nullopt for unknown, other and numbers of a later version.
// Those of chassis are in common/inventory/chassis_types.h.
std::optional<std::string_view> memory_form_factor_name(int form);
std::optional<std::string_view> memory_type_name(int type);

// A date in one of the forms that firmware is known to write, as YYYY-MM-DD: "05/19/2021" and
// "05/19/21" (DSP0134 7.1), "5.19.2021", "2021/05/19", "20210519", "19 May 2021", with a time of
// day or without. A two-digit year before 96 is of this century, as in Linux (dmi_get_date).
// nullopt: no date, or one that can be read in two ways.
std::optional<std::string> firmware_date(std::string_view text);

// "5.17" from the two numbers; nullopt where the firmware has none: FFh in either (7.1, 14h and
// 15h) or 0.0, which stands for a field that nobody filled.
std::optional<std::string> firmware_revision(std::int64_t major, std::int64_t minor);

}  // namespace muster::agent::collect
