// SPDX-License-Identifier: Apache-2.0
// The system section: one row from the SMBIOS tables; where only root may read these, from the
// kernel's copies in /sys/class/dmi/id (partial: serial numbers and UUID are missing); where the
// firmware has none, from the device tree or, on a z system, /proc/sysinfo. The functions besides
// collect_system are pure; any thread.
#pragma once
#include <string_view>

#include "agent/collect/collector.h"
#include "agent/collect/smbios.h"
#include "common/inventory/sections/system.h"

namespace muster::agent {

inventory::System system_from_smbios(const Smbios& smbios);

// /proc/sysinfo: maker, type, model and sequence code of a z system; an empty row for other text.
inventory::System system_from_sysinfo(std::string_view text);

Collected collect_system(Host& host);

}  // namespace muster::agent
