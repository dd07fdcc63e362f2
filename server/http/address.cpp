// SPDX-License-Identifier: Apache-2.0
#include "server/http/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "common/support/text.h"

namespace muster::server::http {
namespace {

constexpr AddressBytes kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0};

bool is_mapped(const AddressBytes& address) {
  return std::equal(kMapped.begin(), kMapped.begin() + 12, address.begin());
}

bool same_prefix(const AddressBytes& a, const AddressBytes& b, int bits) {
  const auto whole = static_cast<std::size_t>(bits / 8);
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  const int rest = bits % 8;
  return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}

}  // namespace

std::optional<AddressBytes> parse_address(std::string_view text) {
  const std::string terminated(text);
  // inet_pton would read no further than a NUL and take the rest unseen.
  if (terminated.size() > INET6_ADDRSTRLEN || terminated.find('\0') != std::string::npos)
    return std::nullopt;
  AddressBytes address = kMapped;
  if (inet_pton(AF_INET, terminated.c_str(), address.data() + 12) == 1) return address;
  if (inet_pton(AF_INET6, terminated.c_str(), address.data()) == 1) return address;
  return std::nullopt;
}

std::string to_text(const AddressBytes& address) {
  char text[INET6_ADDRSTRLEN] = {};
  if (is_mapped(address)) {
    inet_ntop(AF_INET, address.data() + 12, text, sizeof text);
  } else {
    inet_ntop(AF_INET6, address.data(), text, sizeof text);
  }
  return text;
}

std::string limit_key(std::string_view address) {
  auto bytes = parse_address(address);
  if (!bytes) return std::string(address);
  if (!is_mapped(*bytes)) std::fill(bytes->begin() + 8, bytes->end(), std::uint8_t{0});
  return to_text(*bytes);
}

AddressList::AddressList(const std::vector<std::string>& networks) {
  for (const std::string& text : networks) {
    const auto slash = text.find('/');
    const auto address = parse_address(std::string_view(text).substr(0, slash));
    if (!address) throw std::invalid_argument("'" + text + "' is not an IP address or network");
    // Only a dotted address has a prefix of 32; ::ffff:10.0.0.0/104 is written out.
    const int offset = text.find(':') == std::string::npos ? 96 : 0;
    int bits = 128;
    if (slash != std::string::npos) {
      const auto prefix = parse_integer(std::string_view(text).substr(slash + 1));
      if (!prefix || *prefix < 0 || *prefix > 128 - offset) {
        throw std::invalid_argument("'" + text + "' has no valid prefix length");
      }
      bits = static_cast<int>(*prefix) + offset;
    }
    networks_.push_back({*address, bits});
  }
}

bool AddressList::contains(std::string_view address) const {
  const auto bytes = parse_address(address);
  return bytes && std::any_of(networks_.begin(), networks_.end(), [&](const Network& network) {
           return same_prefix(network.address, *bytes, network.bits);
         });
}

std::string forwarded_client(const AddressList& trusted, std::string_view peer,
                             std::string_view forwarded_for) {
  std::string client(peer);
  auto hops = split(forwarded_for, ',');
  while (trusted.contains(client) && !hops.empty()) {
    const auto hop = parse_address(trim(hops.back()));
    if (!hop) break;
    client = to_text(*hop);
    hops.pop_back();
  }
  return client;
}

}  // namespace muster::server::http
