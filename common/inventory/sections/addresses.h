// SPDX-License-Identifier: Apache-2.0
// IP addresses of the interfaces. Temporary addresses (RFC 8981) come and go by themselves and are
// left out.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

inline constexpr std::string_view kAddressFamilies[] = {"ipv4", "ipv6"};
inline constexpr std::string_view kAddressScopes[] = {"global", "link", "host", "site"};

struct Address {
  std::string interface;
  std::string family;
  std::string address;
  std::int64_t prefix_length = 0;
  std::optional<std::string> scope;
  std::optional<bool> dynamic;

  static constexpr auto kSection = [] {
    using R = Address;
    return section<R>(
        {.name = "addresses",
         .title = "Addresses",
         .one = "Address",
         .meaning = "IP addresses of the interfaces",
         .interval = Interval::kEach},
        key("interface", &R::interface, "Name of the interface",
            {.read_from = "rtnetlink RTM_GETLINK, IFLA_IFNAME; IFA_LABEL", .summary = true}),
        key("family", &R::family, "ipv4 or ipv6",
            {.read_from = "ifa_family", .values = kAddressFamilies}),
        key("address", &R::address, "Address; IPv6 as RFC 5952 writes it",
            {.read_from = "IFA_LOCAL, IFA_ADDRESS",
             .kind = TextKind::kIpAddress,
             .identity = true}),
        key("prefix_length", &R::prefix_length, "Length of the network's prefix",
            {.unit = "bits", .read_from = "ifa_prefixlen", .summary = true}),
        fact("scope", &R::scope, "How far it is valid",
             {.read_from = "ifa_scope", .values = kAddressScopes}),
        fact("dynamic", &R::dynamic, "Given for a time, by DHCP or router advertisement",
             {.read_from = "IFA_FLAGS without IFA_F_PERMANENT"}));
  }();
};

}  // namespace muster::inventory
