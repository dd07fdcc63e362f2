// SPDX-License-Identifier: Apache-2.0
// The interfaces section: network interfaces from /sys/class/net and one rtnetlink dump. Bridges,
// bonds, VLANs and tunnels are kept; the ends of veth pairs, dummy and ifb interfaces without a
// device are not: containers make and drop them by the hundred and nobody set them up. Nothing here
// flaps on an idle machine: operational state and counters are not read. Pure but for
// collect_interfaces; any thread. Source: Documentation/ABI/testing/sysfs-class-net, rtnetlink(7).
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "common/inventory/sections/interfaces.h"

namespace muster::agent {

// What is read of one interface; empty texts are what could not be read.
struct InterfaceFacts {
  std::string name;
  std::string device_path;  // target of the link /sys/class/net/NAME
  std::string uevent;       // DEVTYPE=...
  std::string link_kind;    // IFLA_INFO_KIND: "veth", "bridge", ...
  std::string driver;       // last part of the link device/driver
  std::string pci_id;       // "8086:15b8"
  std::string master;
  std::string address;            // as in sysfs, "52:54:00:12:34:56"
  std::string permanent_address;  // IFLA_PERM_ADDRESS, same form
  std::optional<std::int64_t> type, address_assign_type, flags, mtu_bytes, speed_mbps, carrier;
  bool has_device = false;
  bool has_wireless = false;
  bool has_tun_flags = false;  // /sys/class/net/NAME/tun_flags: tun or tap
};

// False for the interfaces that are noise (see above).
bool is_kept_interface(const InterfaceFacts& facts);

// One of inventory::kInterfaceKinds.
std::string_view interface_kind(const InterfaceFacts& facts);

// The address that identifies the machine: that of a device on no USB bus (docks and adapters
// move), given by its maker (not locally administered, not multicast, not zero or all ones).
std::optional<std::string> permanent_mac(const InterfaceFacts& facts);

inventory::Interface make_interface(const InterfaceFacts& facts);

Collected collect_interfaces(Host& host);

}  // namespace muster::agent
