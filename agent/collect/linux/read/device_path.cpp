// SPDX-License-Identifier: Apache-2.0
// A path is put together from the device upwards. Each device on a bus that gives addresses puts
// its word in front, and the devices of the same bus directly above it are passed over: of a chain
// of bridges, hubs or platform devices only the one next to the device says where it is. A bus that
// begins anew further up (USB on PCI, PCI on PCI behind VMD) has a word of its own. At the end a
// path must have had a device with a fixed address, or it could be that of any other.
#include "agent/collect/linux/read/device_path.h"

#include <algorithm>
#include <vector>

#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

// "6:0:0:1" -> 1; how path_id writes it: SAM-5 4.7, of numbers above 255 the kernel's own order.
std::string lun_word(std::string_view number) {
  const auto lun = parse_integer(number);
  if (!lun || *lun < 256) return "lun-" + std::string(number);
  const auto four = [](std::int64_t value) {
    const char bytes[] = {static_cast<char>(value >> 8 & 0xff), static_cast<char>(value & 0xff)};
    return to_hex(std::string_view(bytes, sizeof bytes));
  };
  return "lun-0x" + four(*lun) + four(*lun >> 16) + "00000000";
}

std::string without_dashes(std::string_view text) {
  std::string out(text);
  out.erase(std::remove(out.begin(), out.end(), '-'), out.end());
  return out;
}

// How many behind the first one of the same parent; 0 when that is not known.
std::string number_below_parent(std::string_view number,
                                const std::optional<std::string>& first_of_parent) {
  const auto own = parse_integer(number);
  const std::string_view first = first_of_parent ? std::string_view(*first_of_parent) : "";
  const auto lowest =
      parse_integer(first.substr(std::min(first.find_first_of("0123456789"), first.size())));
  return own && lowest && *own >= *lowest ? std::to_string(*own - *lowest) : "0";
}

class PathWalk {
 public:
  PathWalk(const std::vector<DeviceNode>& nodes, const PlaceFacts& facts)
      : nodes_(nodes), facts_(facts) {}

  // Empty: not known.
  std::string path() {
    for (std::size_t i = nodes_.size(); i-- > 0 && known_;)
      i = take(i);
    return known_ && fixed_ ? path_ : std::string();
  }

 private:
  void prepend(const std::string& word) { path_ = path_.empty() ? word : word + "-" + path_; }

  // The highest of the devices on the same bus that lead without a gap to number `i`.
  std::size_t skip(std::size_t i) const {
    const std::string& bus = nodes_[i].subsystem;
    while (i > 0 && nodes_[i - 1].subsystem == bus)
      --i;
    return i;
  }

  bool leads_through(std::string_view prefix) const {
    return std::any_of(nodes_.begin(), nodes_.end(),
                       [&](const DeviceNode& node) { return node.name.starts_with(prefix); });
  }

  std::size_t take(std::size_t i) {
    const DeviceNode& node = nodes_[i];
    const std::string& bus = node.subsystem;
    for (const std::string_view fixed :
         {"pci", "platform", "amba", "xen", "scm", "ccw", "ccwgroup", "ap", "iucv", "vio"}) {
      if (bus != fixed) continue;
      prepend(bus + "-" + node.name);
      fixed_ = true;
      return skip(i);
    }
    if (bus == "acpi") {
      // The folder of a device's own function is no place: all memory of a machine is below one.
      if (path_.empty() && leads_through("block")) return skip(i);
      prepend("acpi-" + node.name);
      fixed_ = true;
      return skip(i);
    }
    if (bus == "scsi") return is_scsi_address(node.name) ? take_scsi(i) : i;
    if (bus == "usb") {
      if (!is_usb_device(node.name) && !is_usb_interface(node.name)) return i;
      prepend("usb-0:" + node.name.substr(node.name.find('-') + 1));
      return skip(i);
    }
    take_other(i);
    return bus == "nvme" || bus == "spi" || bus == "virtio" ? skip(i) : i;
  }

  void take_other(std::size_t i) {
    const std::string& name = nodes_[i].name;
    const std::string& bus = nodes_[i].subsystem;
    if (bus == "nvme-subsystem") known_ = false;  // which controllers it has is said elsewhere
    if (bus == "nvme" || (i + 1 == nodes_.size() && path_.empty())) take_namespace();
    if (bus == "cciss") prepend("cciss-disk" + name.substr(name.find('d') + 1));
    if (bus == "bcma") prepend("bcma-" + name.substr(name.find(':') + 1));
    if (bus == "spi") prepend("cs-" + name.substr(name.find('.') + 1));
    if (bus == "vmbus" && path_.empty()) {
      prepend("vmbus-" + without_dashes(name));
      fixed_ = true;
    }
    if (bus == "ide" && i > 0) {
      const std::string channel =
          number_below_parent(nodes_[i - 1].name.substr(3), facts_.first_of_parent);
      const std::string unit = name.substr(name.find('.') + 1);
      if (channel != "0" || unit != "0") prepend("ide-" + channel + ":" + unit);
    }
  }

  // nvme0n1 of the controller nvme0; kernels before 4.0 have no folder of the controller.
  void take_namespace() {
    const std::string& disk = nodes_.back().name;
    const std::size_t n = disk.find('n', 1);
    if (!path_.empty() || !is_numbered(disk.substr(0, n), "nvme") || n == std::string::npos ||
        !is_numbered(disk.substr(n), "n"))
      return;
    prepend("nvme-" + facts_.namespace_id.value_or(disk.substr(n + 1)));
  }

  std::size_t take_scsi(std::size_t i) {
    const std::vector<std::string_view> numbers = split(nodes_[i].name, ':');
    const std::string lun = lun_word(numbers[3]);
    if (facts_.firewire_id) {
      prepend("ieee1394-0x" + *facts_.firewire_id);
      fixed_ = true;
    } else if (leads_through("rport-")) {
      take_fixed(facts_.fc_port, "fc-", "-" + lun);
    } else if (leads_through("end_device-")) {
      take_sas(lun);
    } else if (leads_through("session")) {
      const bool whole = facts_.iscsi_address && facts_.iscsi_port && facts_.iscsi_target;
      take_fixed(whole ? std::optional(*facts_.iscsi_address + ":" + *facts_.iscsi_port +
                                       "-iscsi-" + *facts_.iscsi_target)
                       : std::nullopt,
                 "ip-", "-" + lun);
    } else if (const auto ata = kernel_ata_port()) {
      // Behind a port multiplier the bus is not 0; else the target tells master from slave.
      std::string place = "ata-" + facts_.ata_port.value_or(*ata);
      if (numbers[1] != "0") {
        place += "." + std::string(numbers[1]) + ".0";
      } else if (numbers[2] != "0") {
        place += "." + std::string(numbers[2]);
      }
      prepend(place);
    } else if (const std::string channel = vmbus_channel(); !channel.empty()) {
      prepend("vmbus-" + without_dashes(channel) + "-" + lun);
      fixed_ = true;
    } else {
      // The host's number is what the kernel counted: only its order below the same device stays.
      prepend("scsi-" + number_below_parent(numbers[0], facts_.first_of_parent) +
              nodes_[i].name.substr(numbers[0].size()));
    }
    return i;
  }

  void take_fixed(const std::optional<std::string>& name, std::string_view before,
                  std::string_view behind) {
    if (name) prepend(std::string(before) + *name + std::string(behind));
    known_ = fixed_ = name.has_value();
  }

  // A port of one phy is the place where one disk is plugged in; a wider one leads to a device that
  // has an address. The numbers in port-17:2 and end_device-17:2 count what was ever plugged in.
  void take_sas(std::string_view lun) {
    const std::string behind = "-" + std::string(lun);
    if (facts_.sas_port_phys.value_or("1") != "1") {
      take_fixed(facts_.sas_address, "sas-", behind);
    } else if (leads_through("expander-")) {
      take_fixed(facts_.sas_phy ? facts_.sas_expander : std::nullopt, "sas-exp",
                 "-phy" + facts_.sas_phy.value_or("") + behind);
    } else {
      take_fixed(facts_.sas_phy, "sas-phy", behind);
    }
  }

  std::optional<std::string> kernel_ata_port() const {
    for (const DeviceNode& node : nodes_) {
      if (is_numbered(node.name, "ata")) return node.name.substr(3);
    }
    return std::nullopt;
  }

  std::string vmbus_channel() const {
    for (const DeviceNode& node : nodes_) {
      if (node.subsystem == "vmbus") return node.name;
    }
    return {};
  }

  const std::vector<DeviceNode>& nodes_;
  const PlaceFacts& facts_;
  std::string path_;
  bool fixed_ = false;  // a device with an address of its own has a word in the path
  bool known_ = true;
};

std::string_view transport_of(const DeviceNode& node) {
  struct Start {
    std::string_view prefix, transport;
  };
  for (const auto& [prefix, transport] :
       {Start{"ata", "sata"}, Start{"virtio", "virtio"}, Start{"ide", "ide"},
        Start{"session", "iscsi"}, Start{"vbd-", "xen"}, Start{"nvme-subsys", "nvme"},
        Start{"nvme", "nvme"}}) {
    if (is_numbered(node.name, prefix)) return transport;
  }
  if (is_usb_device(node.name)) return "usb";
  if (node.name.starts_with("rport-")) return "fc";
  if (node.name.starts_with("end_device-")) return "sas";
  if (node.name == "mmc_host") return "mmc";
  if (node.name == "nvme") return "nvme";
  return is_scsi_address(node.name) ? "scsi" : "";
}

}  // namespace

DevicePath parse_device_path(std::string_view link_target, const PlaceFacts& facts) {
  const std::vector<DeviceNode> nodes = device_nodes(link_target, facts.subsystems);
  DevicePath out;
  for (const DeviceNode& node : nodes) {
    if (out.transport.empty()) out.transport = transport_of(node);
    if (node.subsystem == "pci") out.transport.clear();  // what is above led to the controller
  }
  if (out.transport.empty()) out.transport = "other";
  if (!nodes.empty() && nodes.front().name != "virtual") out.path = PathWalk(nodes, facts).path();
  return out;
}

std::string sysfs_folder_of(std::string_view link_target, PathPart part) {
  std::string found;
  // The last one: a USB device behind a hub is below the hub.
  for (const DeviceNode& node : device_nodes(link_target)) {
    const bool wanted = part == PathPart::kAtaPort     ? is_numbered(node.name, "ata")
                        : part == PathPart::kUsbDevice ? is_usb_device(node.name)
                                                       : node.subsystem == "pci";
    if (wanted) found = node.folder;
  }
  return found;
}

}  // namespace muster::agent::collect
