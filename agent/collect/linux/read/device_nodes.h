// SPDX-License-Identifier: Apache-2.0
// The devices that a link of sysfs leads through, from the top down, each with the subsystem (the
// bus) that it is on. The kernel says it in the link "subsystem" of the device's folder; where that
// is not to be read (a copied tree has links of /sys/block alone) it is guessed from the name,
// which each bus makes in its own way. Pure; any thread. Source: the dev_set_name() of each bus in
// Linux 6.1; Documentation/ABI/testing/sysfs-bus-*.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace muster::agent::collect {

struct DeviceNode {
  std::string name;
  std::string folder;     // "/sys/devices/pci0000:00/0000:00:1f.2"
  std::string subsystem;  // "pci"; empty: on no bus, or only a folder of a class ("block", "net")
};

// By folder, as its link "subsystem" says.
using Subsystems = std::map<std::string, std::string, std::less<>>;

// `link_target` is where /sys/block/NAME or /sys/class/net/NAME points to.
std::vector<DeviceNode> device_nodes(std::string_view link_target,
                                     const Subsystems& subsystems = {});

// "../../devices/x" -> "/sys/devices/x".
std::string sysfs_folder(std::string_view link_target);

// "ata7" is numbered "ata".
bool is_numbered(std::string_view name, std::string_view prefix);
// "6:0:0:1": host, bus, target, logical unit.
bool is_scsi_address(std::string_view name);
// "1-4.2", a device on a USB bus by the ports that lead to it.
bool is_usb_device(std::string_view name);
// "1-4.2:1.0", one of its interfaces.
bool is_usb_interface(std::string_view name);

}  // namespace muster::agent::collect
