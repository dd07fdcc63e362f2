// SPDX-License-Identifier: Apache-2.0
// IP addresses and networks as people write them. Pure; any thread; nullopt: not an address.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::server::query {

struct IpAddress {
  std::array<std::uint8_t, 16> bytes = {};  // of IPv4 the first four
  bool is_v4 = false;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// 10.0.0.1 (without leading zeros, which some programs read as octal); any form of RFC 4291,
// section 2.2, also [in brackets] and with a zone (%eth0), which is dropped because it has a
// meaning on one machine only. An IPv4-mapped IPv6 address (::ffff:10.0.0.1) is the IPv4 address.
std::optional<IpAddress> parse_ip(std::string_view text);
// The form that agents send: RFC 5952 for IPv6.
std::string to_text(const IpAddress& address);
// All eight groups without leading zeros, for patterns that name groups: 2001:db8:0:0:0:0:0:1.
std::string uncompressed(const IpAddress& address);

// 10.168.0.0/24, 10.168.0.0/255.255.255.0, 2001:db8::/32. Bits after the prefix do not count, so
// that 10.168.0.7/24, as a machine shows its address, is the network of the address.
struct Network {
  IpAddress base;  // the bits after the prefix are 0
  int prefix_length = 0;
};
std::optional<Network> parse_network(std::string_view text);
bool contains(const Network& network, const IpAddress& address);

// The network as patterns of SQL's LIKE over the form that agents send, each exact; nullopt where
// it takes more than kNetworkPatterns or no pattern is exact (IPv6 leaves out groups that are
// zero).
inline constexpr std::size_t kNetworkPatterns = 128;
std::optional<std::vector<std::string>> like_patterns(const Network& network);

}  // namespace muster::server::query
