// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/device_path.h"

#include <algorithm>
#include <vector>

#include "common/support/text.h"

namespace muster::agent {
namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// Whether `text` looks like `form`, where 'x' is one hexadecimal digit and '9' a run of digits.
bool looks_like(std::string_view text, std::string_view form) {
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  for (const char c : form) {
    if (text.empty()) return false;
    if (c == 'x') {
      if (kHex.find(text.front()) == std::string_view::npos) return false;
      text.remove_prefix(1);
    } else if (c == '9') {
      const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
      if (end == 0) return false;
      text.remove_prefix(end);
    } else {
      if (text.front() != c) return false;
      text.remove_prefix(1);
    }
  }
  return text.empty();
}

bool is_pci_address(std::string_view part) {
  return looks_like(part, "xxxx:xx:xx.x");
}

bool is_numbered(std::string_view part, std::string_view prefix) {
  return part.starts_with(prefix) && all_digits(part.substr(prefix.size()));
}

// "1-4.2": device on a USB bus, by the ports that lead to it; "1-4.2:1.0": an interface of it.
bool is_usb(std::string_view part, bool interface) {
  const std::size_t dash = part.find('-');
  if (dash == std::string_view::npos || !all_digits(part.substr(0, dash))) return false;
  const std::string_view ports = part.substr(dash + 1);
  const std::size_t colon = ports.find(':');
  if ((colon != std::string_view::npos) != interface) return false;
  const std::string_view chain = ports.substr(0, colon);
  return !chain.empty() && chain.find_first_not_of("0123456789.") == std::string_view::npos;
}

// What is known while walking from the top of the device tree down to the device.
struct Walk {
  std::string base;  // "pci-0000:00:1f.2"
  std::string rest;  // "-ata-1"
  std::string transport;
  std::string sas_address;  // "0:1" of end_device-6:0:1

  void set_transport(std::string_view name) {
    if (transport.empty()) transport = name;
  }
};

void take_scsi_address(Walk& walk, std::string_view address) {
  const std::vector<std::string_view> numbers = split(address, ':');
  const bool first = numbers[1] == "0" && numbers[2] == "0" && numbers[3] == "0";
  if (walk.transport == "sas") {
    walk.rest += "-sas-" + walk.sas_address + "-lun-" + std::string(numbers[3]);
  } else if (walk.transport != "sata" || !first) {
    // The host's number is what the kernel counted, so 0 stands for it, as in ID_PATH.
    walk.rest += "-scsi-0:";
    walk.rest += address.substr(numbers[0].size() + 1);
  }
  walk.set_transport("scsi");
}

void take_part(Walk& walk, std::string_view part, std::string_view before,
               std::optional<std::string_view> ata_port) {
  if (is_pci_address(part)) {
    walk = {};
    walk.base = "pci-" + std::string(part);
  } else if (before == "platform" && walk.base.empty()) {
    walk.base = "platform-" + std::string(part);
  } else if (looks_like(part, "x.x.xxxx")) {
    walk.base = "ccw-" + std::string(part);
  } else if (part.starts_with("vbd-")) {
    walk.base = "xen-" + std::string(part);
    walk.set_transport("xen");
  } else if (is_uuid(part)) {
    walk.rest += "-vmbus-" + std::string(part);
  } else if (is_usb(part, true)) {
    walk.rest += "-usb-0:" + std::string(part.substr(part.find('-') + 1));
    walk.set_transport("usb");
  } else if (is_numbered(part, "ata")) {
    walk.rest += "-ata-" + std::string(ata_port.value_or(part.substr(3)));
    walk.set_transport("sata");
  } else if (is_numbered(part, "virtio")) {
    walk.set_transport("virtio");
  } else if (is_numbered(part, "ide")) {
    walk.set_transport("ide");
  } else if (is_numbered(part, "session")) {
    walk.set_transport("iscsi");
  } else if (part.starts_with("rport-")) {
    walk.set_transport("fc");
  } else if (part.starts_with("end_device-")) {
    walk.sas_address = part.substr(std::min(part.find(':'), part.size() - 1) + 1);
    walk.set_transport("sas");
  } else if (part == "mmc_host") {
    walk.set_transport("mmc");
  } else if (part == "nvme" || part.starts_with("nvme-subsys")) {
    walk.set_transport("nvme");
  } else if (looks_like(part, "9:9:9:9")) {
    take_scsi_address(walk, part);
  } else if (looks_like(part, "nvme9n9") && !walk.base.empty()) {
    walk.rest += "-nvme-" + std::string(part.substr(part.find('n', 1) + 1));
  }
}

}  // namespace

DevicePath parse_device_path(std::string_view link_target,
                             std::optional<std::string_view> ata_port) {
  Walk walk;
  std::string_view before;
  for (const std::string_view part : split(link_target, '/')) {
    take_part(walk, part, before, ata_port);
    before = part;
  }
  DevicePath out{walk.base + walk.rest, walk.transport};
  if (out.path.starts_with('-')) out.path.erase(0, 1);
  if (out.transport.empty()) out.transport = "other";
  return out;
}

std::string sysfs_folder(std::string_view link_target) {
  while (link_target.starts_with("../"))
    link_target.remove_prefix(3);
  return "/sys/" + std::string(link_target);
}

std::string sysfs_folder_of(std::string_view link_target, PathPart part) {
  const std::string folder = sysfs_folder(link_target);
  std::size_t start = 0;
  std::size_t found = 0;
  while (start < folder.size()) {
    const std::size_t end = std::min(folder.find('/', start), folder.size());
    const std::string_view name = std::string_view(folder).substr(start, end - start);
    // The last one: a USB device behind a hub is below the hub.
    if (part == PathPart::kAtaPort ? is_numbered(name, "ata") : is_usb(name, false)) found = end;
    start = end + 1;
  }
  return folder.substr(0, found);
}

}  // namespace muster::agent
