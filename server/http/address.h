// SPDX-License-Identifier: Apache-2.0
// IP addresses as text: canonical form, lists of networks such as the trusted proxies, and who is
// counted together under a limit. Pure; IPv4 in IPv6 (::ffff:10.0.0.1) counts as IPv4 everywhere.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster::server::http {

using AddressBytes = std::array<std::uint8_t, 16>;  // IPv4 as ::ffff:a.b.c.d

// nullopt: neither an IPv4 nor an IPv6 address, without port, zone or brackets.
std::optional<AddressBytes> parse_address(std::string_view text);
std::string to_text(const AddressBytes& address);

// What one client is counted by: an IPv4 address, or the /64 of an IPv6 one, since any host has
// 2^64 of those.
std::string limit_key(std::string_view address);

class AddressList {
 public:
  AddressList() = default;
  // Addresses and networks: "10.0.0.0/8", "fd00::/8", "192.0.2.1". Throws std::invalid_argument
  // naming a wrong one.
  explicit AddressList(const std::vector<std::string>& networks);

  bool contains(std::string_view address) const;
  bool empty() const { return networks_.empty(); }

 private:
  struct Network {
    AddressBytes address;
    int bits;  // of the 128
  };
  std::vector<Network> networks_;
};

// The client behind trusted proxies: from the right end of X-Forwarded-For (all its fields joined),
// the first address that is no trusted proxy. `peer` where the peer is not trusted itself or the
// field cannot be read.
std::string forwarded_client(const AddressList& trusted, std::string_view peer,
                             std::string_view forwarded_for);

}  // namespace muster::server::http
