// SPDX-License-Identifier: Apache-2.0
// The memory section: what the kernel can use (/proc/meminfo, whose "kB" are KiB) and, where SMBIOS
// can be read whole and is not a container's host's, what sits in the slots. Pure except
// collect_memory; any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "agent/collect/collector.h"
#include "agent/collect/firmware/smbios.h"
#include "common/inventory/sections/memory.h"

namespace muster::agent::collect {

struct Meminfo {
  std::optional<std::int64_t> total_bytes, available_bytes, swap_total_bytes, swap_free_bytes;
};

// Values that are no number, or larger than 64 bits of bytes, are absent. `available_bytes` is
// estimated as free and reclaimable where the kernel (before 3.14) has no MemAvailable.
Meminfo parse_meminfo(std::string_view text);

// The sum of the modules, nullopt when one of them does not say its size or the table is damaged.
std::optional<std::int64_t> installed_bytes(const Smbios& smbios);
std::optional<std::int64_t> memory_slots(const Smbios& smbios);

CollectedSection collect_memory(host::Host& host);

}  // namespace muster::agent::collect
