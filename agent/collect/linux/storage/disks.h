// SPDX-License-Identifier: Apache-2.0
// The disks section: whole disks from /sys/block and udev's database, read only; no device is ever
// opened, so a disk that sleeps goes on sleeping. Loop, RAM and compressed RAM devices, device
// mapper, md, network block devices, floppies, empty readers and slots are left out, and so are
// the hidden paths of an NVMe namespace; several paths to one disk are one row (disk_units.h).
// Sizes are in bytes. Any thread. Source: Documentation/ABI/stable/sysfs-block.
#pragma once
#include "agent/collect/collector.h"
#include "common/inventory/sections/disks.h"

namespace muster::agent::collect {

CollectedSection collect_disks(host::Host& host);

}  // namespace muster::agent::collect
