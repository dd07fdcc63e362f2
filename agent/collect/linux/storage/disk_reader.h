// SPDX-License-Identifier: Apache-2.0
// One disk as its folder in sysfs and udev's database tell of it. Reads small files only, never the
// device itself. Any thread.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/host/host.h"
#include "common/inventory/sections/disks.h"

namespace muster::agent::collect {

// How an ATA port is known; "sata" and "ide" differ in the controller and in the disk only.
struct AtaPort {
  std::string controller;        // folder of the PCI device
  std::string controller_class;  // "0x010601"; empty: not known
  std::optional<bool> sata;      // whether the disk calls itself Serial ATA
};

// A device node of a disk. Several of them may be paths to one disk.
struct FoundDisk {
  inventory::Disk disk;                      // identifier and instance are not set yet
  std::string multipath_uuid;                // "mpath-3600...": of the device mapper's device on it
  std::string multipath_name;                // "dm-0"
  std::optional<std::int64_t> namespace_id;  // of an NVMe disk
  std::optional<AtaPort> ata;
};

// False for the devices that are not disks of their own: loop, RAM and compressed RAM devices,
// device mapper, md, network block devices, floppies, parts of an eMMC, hidden paths of NVMe.
bool is_disk_name(std::string_view kernel_name);

// nullopt: not a disk, or a drive for media that is empty. `denied` becomes the message of the
// first file that may not be read: a disk without its serial number would be another disk.
std::optional<FoundDisk> read_disk(host::Host& host, const std::string& folder,
                                   const std::string& name, std::string& denied);

}  // namespace muster::agent::collect
