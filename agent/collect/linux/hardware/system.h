// SPDX-License-Identifier: Apache-2.0
// The system section: one row from the SMBIOS tables; where only root may read these, from the
// kernel's copies in /sys/class/dmi/id (partial: serial numbers and UUID are missing). What they
// leave out or call unknown is told by the device tree or, on a z system, /proc/sysinfo. A
// container is told its kind only: the firmware that it sees is its host's. The functions besides
// collect_system are pure; any thread.
#pragma once
#include "agent/collect/collector.h"
#include "agent/collect/firmware/smbios.h"
#include "common/inventory/sections/system.h"

namespace muster::agent::collect {

// As the firmware has it, placeholders too.
inventory::System system_from_smbios(const Smbios& smbios);

CollectedSection collect_system(host::Host& host);

}  // namespace muster::agent::collect
