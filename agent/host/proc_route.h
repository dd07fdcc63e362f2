// SPDX-License-Identifier: Apache-2.0
// /proc/net/route (fib_route_seq_show, net/ipv4/fib_trie.c), which writes an address as the number
// that the four bytes are in the memory of its machine: "0102A8C0" is 192.168.2.1 where the byte
// order is little-endian, "C0A80201" where it is big-endian. Pure; any thread.
#pragma once
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::agent::host {

// Addresses as numbers of which the highest byte is the first: 192.168.2.1 is C0A80201h.
struct ProcRoute {
  std::string interface;
  std::uint32_t destination = 0, gateway = 0, mask = 0;
};

// The order in which the masks are masks; nullopt when all of them are 0 or of 32 bits, which are
// the same in both.
std::optional<std::endian> byte_order_of_routes(std::string_view text);

// The masks decide about the byte order, `otherwise` where they cannot. Lines that are none are
// skipped.
std::vector<ProcRoute> parse_proc_route(std::string_view text, std::endian otherwise);

}  // namespace muster::agent::host
