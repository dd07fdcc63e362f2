// SPDX-License-Identifier: Apache-2.0
// Memory modules, one row a filled slot.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

struct MemoryModule {
  std::string locator;
  std::optional<std::string> bank_locator;
  std::int64_t instance = 1;
  std::optional<std::int64_t> size_bytes, speed_mts, configured_speed_mts;
  std::optional<std::string> memory_type, form_factor, manufacturer, part_number, serial_number,
      asset_tag;

  static constexpr auto kSection = [] {
    using R = MemoryModule;
    return section<R>(
        {.name = "memory_modules",
         .title = "Memory modules",
         .one = "Memory module",
         .meaning =
             "Memory modules, one row a filled slot; not applicable in a container and where "
             "the firmware describes none, which does not say that there are none",
         .interval = Interval::kDaily},
        key("locator", &R::locator, "Slot as printed on the board",
            {.read_from = "SMBIOS 3.7, 7.18 (type 17), 10h"}),
        key("bank_locator", &R::bank_locator, "Bank as printed on the board",
            {.read_from = "SMBIOS type 17, 11h", .may_be_absent = true}),
        key("instance", &R::instance,
            "Number that tells apart slots which the firmware calls the same", {.instance = true}),
        fact("size_bytes", &R::size_bytes, "Capacity",
             {.unit = "bytes", .read_from = "SMBIOS type 17, 0Ch and 1Ch", .summary = true}),
        fact("memory_type", &R::memory_type, "Kind: DDR4, LPDDR5, ...",
             {.read_from = "SMBIOS type 17, 12h, table 77", .summary = true}),
        fact("form_factor", &R::form_factor, "Form: DIMM, SODIMM, ...",
             {.read_from = "SMBIOS type 17, 0Eh, table 76"}),
        fact("speed_mts", &R::speed_mts, "Highest speed that the module can do",
             {.unit = "MT/s", .read_from = "SMBIOS type 17, 15h and 54h"}),
        fact("configured_speed_mts", &R::configured_speed_mts, "Speed at which it runs",
             {.unit = "MT/s", .read_from = "SMBIOS type 17, 20h and 58h"}),
        fact("manufacturer", &R::manufacturer, "Who made the module",
             {.read_from = "SMBIOS type 17, 17h", .summary = true}),
        fact("part_number", &R::part_number, "Part number",
             {.read_from = "SMBIOS type 17, 1Ah", .summary = true}),
        fact("serial_number", &R::serial_number, "Serial number",
             {.read_from = "SMBIOS type 17, 18h", .identity = true, .summary = true}),
        fact("asset_tag", &R::asset_tag, "Asset tag in the module",
             {.read_from = "SMBIOS type 17, 19h", .identity = true}));
  }();
};

}  // namespace muster::inventory
