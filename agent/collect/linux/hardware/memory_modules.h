// SPDX-License-Identifier: Apache-2.0
// The memory_modules section: the filled slots of the main memory (SMBIOS type 17). Firmware flash,
// cache and video memory that the firmware lists as devices are left out, placeholders in place of
// serial numbers and the like too. Not applicable in a container, whose host's the modules are, and
// where the firmware describes none: no machine is without memory. Any thread.
#pragma once
#include <vector>

#include "agent/collect/collector.h"
#include "agent/collect/firmware/smbios.h"
#include "common/inventory/sections/memory_modules.h"

namespace muster::agent::collect {

std::vector<inventory::MemoryModule> memory_modules_from_smbios(const Smbios& smbios);  // pure

CollectedSection collect_memory_modules(host::Host& host);

}  // namespace muster::agent::collect
