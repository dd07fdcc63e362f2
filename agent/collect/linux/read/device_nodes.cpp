// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/read/device_nodes.h"

#include <algorithm>
#include <array>

#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::string_view kDecimal = "0123456789";
constexpr std::string_view kHexadecimal = "0123456789abcdefABCDEF";

bool only(std::string_view text, std::string_view characters) {
  return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

// Whether `text` looks like `form`, where 'x' is one hexadecimal digit, 'X' a run of them and '9' a
// run of digits.
bool looks_like(std::string_view text, std::string_view form) {
  for (const char c : form) {
    std::size_t size = 1;
    if (c == '9' || c == 'X') {
      size = std::min(text.find_first_not_of(c == '9' ? kDecimal : kHexadecimal), text.size());
    } else if (text.empty() || (c == 'x' ? kHexadecimal.find(text.front()) == std::string_view::npos
                                         : text.front() != c)) {
      return false;
    }
    if (size == 0) return false;
    text.remove_prefix(size);
  }
  return text.empty();
}

// Four digits of the domain at least; Intel's VMD and 32-bit domains have more.
bool is_pci_address(std::string_view name) {
  const std::size_t domain = name.find(':');
  return domain != std::string_view::npos && domain >= 4 && domain <= 8 &&
         looks_like(name, "X:xx:xx.x");
}

// "INT33BB:00", "80860F14:01", "VMBUS:00": a hardware identifier of ACPI and a number.
bool is_acpi_name(std::string_view name) {
  const std::size_t colon = name.find(':');
  if (colon == std::string_view::npos || colon < 5 || colon > 8) return false;
  return only(name.substr(0, colon), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") &&
         only(name.substr(colon + 1), kHexadecimal);
}

// "fe980000.usb", as the device tree's addresses make names.
bool is_addressed(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && dot >= 4 && dot + 1 < name.size() &&
         only(name.substr(0, dot), kHexadecimal) && !only(name.substr(dot + 1), kHexadecimal);
}

// "rtsx_pci_sdmmc.0", "xhci-hcd.0.auto".
bool is_platform_instance(std::string_view name) {
  if (name.ends_with(".auto")) name.remove_suffix(5);
  const std::size_t dot = name.rfind('.');
  return dot != std::string_view::npos && dot > 0 && only(name.substr(dot + 1), kDecimal) &&
         !only(name.substr(0, dot), "0123456789.");
}

// Folders of sysfs that hold the devices of a class, and devices without a bus: what is below them
// is on no platform bus.
bool ends_platform(std::string_view name) {
  static constexpr std::array<std::string_view, 19> kNames = {
      "block",      "gpio",     "hwmon", "ieee80211", "infiniband", "mdio_bus", "memstick_host",
      "misc",       "mmc_host", "mtd",   "net",       "nvme",       "rtc",      "scsi_host",
      "spi_master", "tty",      "ubi",   "usbmisc",   "virtual"};
  if (std::binary_search(kNames.begin(), kNames.end(), name)) return true;
  for (const std::string_view prefix :
       {"ata", "ide", "mmc", "host", "i2c-", "spi", "session", "mdio", "css"}) {
    if (is_numbered(name, prefix)) return true;
  }
  for (const std::string_view prefix : {"mmc", "rport-", "port-", "end_device-", "expander-",
                                        "phy-", "dprc.", "dpni.", "dpmac.", "pci"}) {
    if (!name.starts_with(prefix)) continue;
    if (prefix != "mmc" && prefix != "pci") return true;
    if (name.find(':') != std::string_view::npos) return true;  // mmc0:0001, pci0000:00
  }
  return false;
}

std::string_view guess_platform(std::string_view name, const DeviceNode& above, bool top) {
  if (ends_platform(name)) return "";
  if (top || above.subsystem == "platform") return "platform";
  // Platform devices that a PCI device or a bridge has made: card readers, serial buses.
  const bool below_pci = above.subsystem == "pci" || above.name.starts_with("pci");
  if (below_pci && (is_acpi_name(name) || is_platform_instance(name))) return "platform";
  // Kernels before 3.x have them at the top, below "soc.0" or "ocp.3".
  return above.subsystem.empty() && is_addressed(name) ? "platform" : "";
}

std::string_view guess_subsystem(std::string_view name, const DeviceNode& above, bool top) {
  if (is_pci_address(name)) return "pci";
  if (is_usb_device(name) || is_usb_interface(name) || is_numbered(name, "usb")) return "usb";
  if (is_numbered(name, "host") || looks_like(name, "target9:9:9") || is_scsi_address(name))
    return "scsi";
  if (is_numbered(name, "virtio")) return "virtio";
  if (is_numbered(name, "vbd-") || is_numbered(name, "vif-")) return "xen";
  if (looks_like(name, "x.x.xxxx")) {
    for (const std::string_view group : {"qeth", "lcs", "ctcm"}) {
      if (above.name == group) return "ccwgroup";
    }
    return above.name.starts_with("css") ? "css" : "ccw";
  }
  if (looks_like(name, "bcma9:9")) return "bcma";
  if (is_numbered(name, "nvme")) return "nvme";
  if (is_numbered(name, "nvme-subsys")) return "nvme-subsystem";
  if (looks_like(name, "spi9.9")) return "spi";
  if (is_uuid(name)) return "vmbus";
  if (above.name == "vio") return "vio";
  if (is_numbered(above.name, "cciss") && looks_like(name, "c9d9")) return "cciss";
  if (is_numbered(above.name, "ide") && looks_like(name, "9.9")) return "ide";
  if (name.starts_with("LNXSYSTM:")) return "acpi";
  if (above.subsystem == "acpi" && name.find(':') != std::string_view::npos &&
      !name.starts_with("pci"))
    return "acpi";
  return guess_platform(name, above, top);
}

}  // namespace

bool is_numbered(std::string_view name, std::string_view prefix) {
  return name.starts_with(prefix) && only(name.substr(prefix.size()), kDecimal);
}

bool is_scsi_address(std::string_view name) {
  return looks_like(name, "9:9:9:9");
}

bool is_usb_device(std::string_view name) {
  const std::size_t dash = name.find('-');
  return dash != std::string_view::npos && only(name.substr(0, dash), kDecimal) &&
         only(name.substr(dash + 1), "0123456789.");
}

bool is_usb_interface(std::string_view name) {
  const std::size_t colon = name.find(':');
  return colon != std::string_view::npos && is_usb_device(name.substr(0, colon)) &&
         only(name.substr(colon + 1), "0123456789.");
}

std::string sysfs_folder(std::string_view link_target) {
  while (link_target.starts_with("../"))
    link_target.remove_prefix(3);
  return "/sys/" + std::string(link_target);
}

std::vector<DeviceNode> device_nodes(std::string_view link_target, const Subsystems& subsystems) {
  constexpr std::string_view kTop = "/sys/devices/";
  const std::string folder = sysfs_folder(link_target);
  std::vector<DeviceNode> nodes;
  if (!folder.starts_with(kTop)) return nodes;
  DeviceNode above;
  for (std::size_t start = kTop.size(); start < folder.size();) {
    const std::size_t end = std::min(folder.find('/', start), folder.size());
    DeviceNode node{folder.substr(start, end - start), folder.substr(0, end), {}};
    start = end + 1;
    if (node.name.empty()) continue;
    const auto said = subsystems.find(node.folder);
    const bool top = nodes.size() == 1 && above.name == "platform";
    node.subsystem = said != subsystems.end() ? said->second
                                              : std::string(guess_subsystem(node.name, above, top));
    above = node;
    nodes.push_back(std::move(node));
  }
  return nodes;
}

}  // namespace muster::agent::collect
