// SPDX-License-Identifier: Apache-2.0
// Where a device is plugged in, from the place of its folder in sysfs: the words of udev's ID_PATH,
// as far as they stay the same from boot to boot ("pci-0000:00:1f.2-ata-1",
// "pci-0000:b2:05.5-pci-10000:01:00.0-nvme-1", "platform-fe980000.usb-usb-0:1:1.0-scsi-0:0:0:0").
// Numbers that the kernel gives by order of discovery (host2, sda, virtio1, mmc0, end_device-17:2)
// are left out: where only such a number would tell two devices apart, the path is not known.
//
// Unlike ID_PATH: the first disk of an ATA port is "ata-1" (udev wrote so before version 257 and
// keeps it as ID_PATH_ATA_COMPAT; "ata-1.0" since), the first of an IDE controller has no word of
// its own, and the addresses of buses that udev passes over are used where they are fixed: "vio" of
// POWER, network devices of "vmbus", memory cards and Xen's disks without a word for the medium.
// Pure except read_place_facts; any thread. Source: systemd, src/udev/udev-builtin-path_id.c.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "agent/collect/linux/read/device_nodes.h"
#include "agent/host/host.h"

namespace muster::agent::collect {

struct DevicePath {
  std::string path;       // empty: not known, or not a thing that is plugged in
  std::string transport;  // one of inventory::kTransports; "other" when the path does not tell
};

// What sysfs says of the devices on the way, beside their names. What could not be read is absent.
struct PlaceFacts {
  Subsystems subsystems;
  // The number that the controller gives to the port (ata_port/ataN/port_no); without it the
  // kernel's own number is taken.
  std::optional<std::string> ata_port;
  // The number of phys of the port, the device's phy and address, the expander's address
  // (scsi_transport_sas).
  std::optional<std::string> sas_port_phys, sas_phy, sas_address, sas_expander;
  std::optional<std::string> fc_port;  // the remote port's name (scsi_transport_fc)
  std::optional<std::string> iscsi_target, iscsi_address, iscsi_port;
  std::optional<std::string> firewire_id;
  std::optional<std::string> namespace_id;     // of an NVMe disk
  std::optional<std::string> first_of_parent;  // "host2", "ide0": the lowest below the same device
};

// `link_target` is where /sys/block/NAME or /sys/class/net/NAME points to
// ("../devices/pci0000:00/.../block/sda").
DevicePath parse_device_path(std::string_view link_target, const PlaceFacts& facts = {});

// Reads them along the way. A few links and small files for each device, none of the device itself.
PlaceFacts read_place_facts(host::Host& host, std::string_view link_target);

// The folder up to the part that `ends` describes, "/sys/devices/.../ata1" for kAtaPort; empty when
// there is none.
enum class PathPart { kAtaPort, kUsbDevice, kPciDevice };
std::string sysfs_folder_of(std::string_view link_target, PathPart part);

}  // namespace muster::agent::collect
