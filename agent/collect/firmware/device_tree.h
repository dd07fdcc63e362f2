// SPDX-License-Identifier: Apache-2.0
// What a board says of itself without SMBIOS: its device tree (Devicetree Specification 0.4, 2.3;
// PAPR for POWER), and /proc/sysinfo of a z system. As thread-safe as the Host.
#pragma once
#include <string_view>

#include "agent/host/host.h"
#include "common/inventory/sections/system.h"

namespace muster::agent::collect {

// Maker, model, serial number and UUID; placeholders are left out, and so is a "maker" that names
// no maker ("linux,dummy-virt"). An empty row where there is neither.
inventory::System system_from_device_tree(host::Host& host);

// /proc/sysinfo: maker, type, model, sequence code and UUID of the guest or partition; an empty row
// for other text.
inventory::System system_from_sysinfo(std::string_view text);

}  // namespace muster::agent::collect
