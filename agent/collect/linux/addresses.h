// SPDX-License-Identifier: Apache-2.0
// The addresses section: IP addresses from an rtnetlink dump, or, where there is none (a copied
// tree), from /proc/net/if_inet6 and /proc/net/fib_trie. Loopback (127.0.0.0/8, ::1) is left out
// because every machine has it, temporary addresses (RFC 8981) because they change by themselves,
// and tentative ones because they are not usable yet. Pure but for collect_addresses; any thread.
// Source: rtnetlink(7), linux/if_addr.h.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "common/inventory/sections/addresses.h"

namespace muster::agent {

// Addresses of a dump of RTM_NEWADDR messages, names of interfaces from one of RTM_NEWLINK
// messages. Failure: kMalformed for a message that says it is longer than what is there, or an
// error that the kernel put into the dump.
Result<std::vector<inventory::Address>> parse_addresses(std::string_view address_dump,
                                                        std::string_view link_dump);

// /proc/net/if_inet6; lines that are none are skipped.
std::vector<inventory::Address> parse_if_inet6(std::string_view text);

// /proc/net/fib_trie names local addresses but no interface; /proc/net/route knows which interface
// a network is on. Addresses that no network holds are left out.
std::vector<inventory::Address> parse_fib_trie(std::string_view fib_trie, std::string_view route);

// Four or sixteen bytes in network order as text; IPv6 as RFC 5952 writes it. Empty for any other
// length.
std::string ip_text(std::string_view bytes);

Collected collect_addresses(Host& host);

}  // namespace muster::agent
