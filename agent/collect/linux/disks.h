// SPDX-License-Identifier: Apache-2.0
// The disks section: whole disks from /sys/block and udev's database, read only; no device is ever
// opened, so a disk that sleeps goes on sleeping. Loop, RAM and compressed RAM devices, device
// mapper, md, network block devices, floppies, empty readers and slots are left out, and so are
// the hidden paths of an NVMe namespace. Sizes are in bytes. Pure but for collect_disks; any
// thread. Source: Documentation/ABI/stable/sysfs-block.
#pragma once
#include <string>
#include <string_view>

#include "agent/collect/collector.h"
#include "common/inventory/sections/disks.h"

namespace muster::agent {

// False for the devices that are not disks of their own (see above).
bool is_disk_name(std::string_view kernel_name);

// wwn:..., else serial:MODEL:SERIAL, else path:..., else name:...
std::string disk_identifier(const inventory::Disk& disk);

Collected collect_disks(Host& host);

}  // namespace muster::agent
