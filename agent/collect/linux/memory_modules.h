// SPDX-License-Identifier: Apache-2.0
// The memory_modules section: the filled slots of the main memory (SMBIOS type 17). Firmware flash,
// cache and video memory that the firmware lists as devices are left out. Any thread.
#pragma once
#include <vector>

#include "agent/collect/collector.h"
#include "agent/collect/smbios.h"
#include "common/inventory/sections/memory_modules.h"

namespace muster::agent {

std::vector<inventory::MemoryModule> memory_modules_from_smbios(const Smbios& smbios);  // pure

Collected collect_memory_modules(Host& host);

}  // namespace muster::agent
