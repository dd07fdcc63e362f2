// SPDX-License-Identifier: Apache-2.0
// The addresses section: IP addresses from an rtnetlink dump, or, where there is none (a copied
// tree), as far as /proc/net tells. Left out are loopback (127.0.0.0/8 and ::1: every machine has
// them), temporary addresses (RFC 8981: they change by themselves), those that are not usable yet
// or were found taken (tentative), and those of interfaces that the interfaces section leaves out.
// Pure except collect_addresses; any thread. Source: rtnetlink(7), <linux/if_addr.h>, RFC 5952.
#pragma once
#include <bit>
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "agent/collect/linux/network/rtnetlink.h"
#include "common/inventory/sections/addresses.h"

namespace muster::agent::collect {

// Sorted by interface, family and address; an address is never twice in the list.
std::vector<inventory::Address> make_addresses(const std::vector<NetlinkAddress>& addresses,
                                               const std::vector<NetlinkLink>& links);

// /proc/net/if_inet6; lines that are none are skipped.
std::vector<inventory::Address> parse_if_inet6(std::string_view text);

// /proc/net/fib_trie knows the machine's own IPv4 addresses but no interface; /proc/net/route knows
// on which interface a network is. Addresses in no network of an interface are left out.
// `otherwise` is the machine's byte order, for a table of routes that does not show it
// (proc_route.h).
std::vector<inventory::Address> parse_fib_trie(std::string_view fib_trie, std::string_view route,
                                               std::endian otherwise = std::endian::little);

// Four or sixteen bytes in network order as text; IPv6 as RFC 5952 writes it. Empty for any other
// length.
std::string ip_text(std::string_view bytes);

CollectedSection collect_addresses(host::Host& host);

}  // namespace muster::agent::collect
