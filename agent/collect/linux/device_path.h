// SPDX-License-Identifier: Apache-2.0
// Where a device is plugged in, from the place of its folder in sysfs: the words of udev's ID_PATH,
// as far as they stay the same from boot to boot ("pci-0000:00:1f.2-ata-1",
// "pci-0000:00:14.0-usb-0:4:1.0-scsi-0:0:0:0"). Numbers that the kernel gives by order of discovery
// (host2, sda, virtio1, mmc0) are left out. Pure; any thread. Source: systemd, path_id.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace muster::agent {

struct DevicePath {
  std::string path;       // empty: not known, or not a thing that is plugged in
  std::string transport;  // one of inventory::kTransports; "other" when the path does not tell
};

// `link_target` is where /sys/block/NAME or /sys/class/net/NAME points to
// ("../devices/pci0000:00/.../block/sda"). `ata_port` is the number that the controller gives to
// the port (ata_port/ataN/port_no); without it the kernel's own number is taken.
DevicePath parse_device_path(std::string_view link_target,
                             std::optional<std::string_view> ata_port = std::nullopt);

// "../../devices/x" -> "/sys/devices/x".
std::string sysfs_folder(std::string_view link_target);

// The folder up to the part that `ends` describes, "/sys/devices/.../ata1" for kAtaPort; empty when
// there is none.
enum class PathPart { kAtaPort, kUsbDevice };
std::string sysfs_folder_of(std::string_view link_target, PathPart part);

}  // namespace muster::agent
