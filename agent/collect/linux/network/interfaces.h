// SPDX-License-Identifier: Apache-2.0
// The interfaces section: network interfaces from /sys/class/net and one rtnetlink dump. Bridges,
// bonds, VLANs and tunnels are kept. Left out is what containers and modules make and drop by
// themselves (is_noise_interface). No interface at all is a failure: the loopback is always there.
// Nothing here flaps on an idle machine: no operational state, no counters, no address that is
// random, a new one at each start or scan. Pure except collect_interfaces; any thread. Source:
// Documentation/ABI/testing/sysfs-class-net, <linux/if_arp.h>, rtnetlink(7).
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/collect/collector.h"
#include "agent/collect/linux/read/device_path.h"
#include "common/inventory/sections/interfaces.h"

namespace muster::agent::collect {

// What is read of one interface; empty texts are what could not be read.
struct InterfaceFacts {
  std::string name;
  std::string link;       // target of the link /sys/class/net/NAME
  std::string uevent;     // DEVTYPE=...
  std::string link_kind;  // IFLA_INFO_KIND: "veth", "bridge", ...
  std::string driver;
  std::string pci_id;  // "8086:15b8"
  std::string master;
  std::string address;            // as in sysfs, "52:54:00:12:34:56"
  std::string permanent_address;  // IFLA_PERM_ADDRESS, same form
  std::optional<std::int64_t> type, address_assign_type, flags, mtu_bytes, speed_mbps, carrier;
  bool has_device = false;
  bool removable = false;  // plugged into a port outside of the case (Thunderbolt)
  bool has_wireless = false;
  bool has_tun_flags = false;
  bool is_child = false;  // a partition on an InfiniBand port
  PlaceFacts place;
};

// The host's end of a container's cable (veth pair), what the modules ifb and dummy make when they
// are loaded, and the dummy interfaces on which Kubernetes keeps the addresses of its services.
// Inside a container eth0 is an end of such a cable too, and is kept. `kind` is IFLA_INFO_KIND,
// empty when it is not known.
bool is_noise_interface(std::string_view name, std::string_view kind, bool up);

// One of inventory::kInterfaceKinds.
std::string_view interface_kind(const InterfaceFacts& facts);

// The address that identifies the machine: that of a built-in device (not of a dock or adapter on
// USB or Thunderbolt), given by its maker (not locally administered, multicast, zero or all ones).
std::optional<std::string> permanent_mac(const InterfaceFacts& facts);

// The row, with instance 1.
inventory::Interface make_interface(const InterfaceFacts& facts);

CollectedSection collect_interfaces(host::Host& host);

}  // namespace muster::agent::collect
