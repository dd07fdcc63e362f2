// SPDX-License-Identifier: Apache-2.0
// Memory that the kernel can use. What is free is a vital, not a fact.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

struct Memory {
  std::optional<std::int64_t> total_bytes, swap_total_bytes, installed_bytes, slots;

  static constexpr auto kSection = [] {
    using R = Memory;
    return section<R>(
        {.name = "memory",
         .title = "Memory",
         .meaning = "Memory and swap that the system has",
         .never_empty = true},
        fact("total_bytes", &R::total_bytes, "Memory that the kernel can use",
             {.unit = "bytes", .read_from = "/proc/meminfo: MemTotal"}),
        fact("swap_total_bytes", &R::swap_total_bytes, "Swap space; 0 when there is none",
             {.unit = "bytes", .read_from = "/proc/meminfo: SwapTotal"}),
        fact("installed_bytes", &R::installed_bytes, "Memory in the slots",
             {.unit = "bytes", .read_from = "SMBIOS type 17, the sum"}),
        fact("slots", &R::slots, "Memory slots", {.read_from = "SMBIOS type 16, 0Dh"}));
  }();
};

}  // namespace muster::inventory
