// SPDX-License-Identifier: Apache-2.0
// Network interfaces. Link speed and state change by themselves and are kept as facts only where
// they are settings.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

inline constexpr std::string_view kInterfaceKinds[] = {"ethernet",   "wifi", "loopback", "bridge",
                                                       "bond",       "vlan", "tunnel",   "virtual",
                                                       "infiniband", "wwan", "other"};

struct Interface {
  std::string identifier;
  std::int64_t instance = 1;
  std::optional<std::string> name, kind, mac_address, permanent_mac_address, driver, pci_id, path,
      master;
  std::optional<std::int64_t> mtu_bytes, max_speed_mbps;
  std::optional<bool> physical, enabled;

  static constexpr auto kSection = [] {
    using R = Interface;
    return section<R>(
        {.name = "interfaces",
         .title = "Network interfaces",
         .one = "Network interface",
         .meaning =
             "Network interfaces, real and virtual. Left out is what comes and goes by itself: the "
             "host's ends of containers' cables (veth), ifb, unused dummy interfaces"},
        key("identifier", &R::identifier,
            "What stays while the interface stays: mac:... for a device with its own address, "
            "guid:... for a port of InfiniBand or FireWire (the 8 bytes of its GUID), else "
            "name:...",
            {.identity = true}),
        key("instance", &R::instance, "Number that tells apart interfaces with the same identifier",
            {.instance = true}),
        fact("name", &R::name, "Name at the time", {.read_from = "/sys/class/net"}),
        fact("kind", &R::kind, "Kind of interface",
             {.read_from = "/sys/class/net/*/type, uevent",
              .values = kInterfaceKinds,
              .summary = true}),
        fact("mac_address", &R::mac_address,
             "Hardware address in use, as the kernel writes it: 6 bytes, 20 on InfiniBand, 8 or 16 "
             "on FireWire. Absent where it is random (virtual interfaces, Wi-Fi clients that hide "
             "theirs) and where it is none (tunnels, loopback)",
             {.read_from = "/sys/class/net/*/address",
              .kind = TextKind::kMacAddress,
              .identity = true,
              .summary = true}),
        fact(
            "permanent_mac_address", &R::permanent_mac_address,
            "Hardware address of 6 bytes that the maker gave the device; only of devices inside "
            "the "
            "case, never of docks, VPNs or virtual ones",
            {.read_from = "IFLA_PERM_ADDRESS; /sys/class/net/*/address where addr_assign_type is 0",
             .kind = TextKind::kMacAddress,
             .identity = true}),
        fact("physical", &R::physical, "There is a device behind it",
             {.read_from = "/sys/class/net/*/device"}),
        fact("enabled", &R::enabled, "Set up by the administrator (IFF_UP)",
             {.read_from = "/sys/class/net/*/flags"}),
        fact("mtu_bytes", &R::mtu_bytes, "Largest packet",
             {.unit = "bytes", .read_from = "/sys/class/net/*/mtu"}),
        fact("max_speed_mbps", &R::max_speed_mbps, "Speed of the link; absent without a link",
             {.unit = "Mbit/s", .read_from = "/sys/class/net/*/speed"}),
        fact("driver", &R::driver, "Driver; only of devices",
             {.read_from = "/sys/class/net/*/device/driver", .summary = true}),
        fact("pci_id", &R::pci_id,
             "Vendor and device number, 8086:15b8; absent for devices that are not on PCI "
             "themselves "
             "(USB, virtio, built into a chip)",
             {.read_from = "/sys/class/net/*/device"}),
        fact("path", &R::path, "Where it is plugged in", {.read_from = "/sys/class/net/* link"}),
        fact("master", &R::master, "Bridge or bond that it belongs to",
             {.read_from = "/sys/class/net/*/master"}));
  }();
};

}  // namespace muster::inventory
