// SPDX-License-Identifier: Apache-2.0
// The SMBIOS tables as Linux gives them to root: /sys/firmware/dmi/tables (Documentation/ABI/
// testing/sysfs-firmware-dmi-tables, kernel 4.2). Shared by the collectors of system,
// memory_modules and memory. Thread-safe as the Host is.
#pragma once
#include "agent/collect/firmware/smbios.h"
#include "agent/host/host.h"

namespace muster::agent::collect {

// kNotFound: the firmware has none (most boards with a device tree, some virtual machines);
// kDenied: only root may read them; kMalformed: there is no structure in them that can be read.
Result<Smbios> read_smbios(host::Host& host);

}  // namespace muster::agent::collect
