// SPDX-License-Identifier: Apache-2.0
// The disks section: whole disks from /sys/block and udev's database, read only; no device is ever
// opened, so a disk that sleeps goes on sleeping. Loop, RAM and compressed RAM devices, device
// mapper, md, network block devices, floppies, empty readers and slots are left out, and so are
// the hidden paths of an NVMe namespace. Sizes are in bytes. Pure but for collect_disks; any
// thread. Source: Documentation/ABI/stable/sysfs-block, SPC-4 7.8 (vital product data pages).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "common/inventory/sections/disks.h"

namespace muster::agent {

// Vital product data page 0x80: the unit serial number, trimmed. nullopt: not that page, cut off,
// or blank.
std::optional<std::string> parse_vpd_serial(std::string_view page);

// Vital product data page 0x83: the world wide name of the logical unit as sysfs writes it
// ("naa.5000c500a1b2c3d4", "eui.0025385b71b0a1b2"); the longest NAA, else EUI-64 designator.
std::optional<std::string> parse_vpd_wwn(std::string_view page);

// "naa.5000C500..", "0x5000c500.." and "5000c500.." are one name: lower case, without prefix,
// except that eui., nvme. and uuid. stay. nullopt: blank, all zeros or a form ("t10.") that is a
// serial number in disguise.
std::optional<std::string> normal_wwn(std::string_view text);

struct DevicePath {
  std::string path;       // "pci-0000:00:1f.2-ata-1.0"; what stays when the machine boots again
  std::string transport;  // one of inventory::kTransports; empty when the path does not tell
};

// From the target of the link /sys/block/NAME ("../devices/pci0000:00/.../block/sda"). Host numbers
// that a boot may change are not in `path`.
DevicePath parse_device_path(std::string_view link_target);

// The properties of udev's database, lines "E:NAME=value" (systemd 252, sd-device). Views into
// `text`.
std::optional<std::string_view> udev_property(std::string_view text, std::string_view name);

// False for the devices that are not disks of their own (see above).
bool is_disk_name(std::string_view kernel_name);

// wwn:..., else serial:MODEL:SERIAL, else path:..., else name:...
std::string disk_identifier(const inventory::Disk& disk);

Collected collect_disks(Host& host);

}  // namespace muster::agent
