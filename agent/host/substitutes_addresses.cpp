// SPDX-License-Identifier: Apache-2.0
// Substitutes of hardware and IP addresses: permutations that keep what kind they are.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <iterator>
#include <utility>
#include <vector>

#include "agent/host/substitutes.h"
#include "common/inventory/placeholders.h"
#include "common/support/text.h"

namespace muster::agent::host {
namespace {

constexpr std::string_view kNibbleDigits = "0123456789abcdef";

// The values 0 ... size-1 in an order that `random` decides.
template <std::size_t kSize>
std::array<unsigned, kSize> shuffled(std::string_view random, std::size_t first) {
  std::array<unsigned, kSize> order = {};
  for (std::size_t i = 0; i < kSize; ++i)
    order[i] = static_cast<unsigned>(i);
  for (std::size_t i = kSize - 1; i > first; --i) {
    const std::size_t span = i - first + 1;
    std::swap(order[i], order[first + static_cast<unsigned char>(random[i]) % span]);
  }
  return order;
}

std::size_t decimal_digits(unsigned value) {
  return value < 10 ? 1 : value < 100 ? 2 : 3;
}

// Ones, then zeros.
bool is_netmask(std::string_view bytes) {
  std::uint32_t number = 0;
  for (const char c : bytes)
    number = number << 8 | static_cast<unsigned char>(c);
  return std::popcount(number) == std::countl_one(number);
}

// Parts of an IPv4 address that say what kind of address it is, and network and broadcast parts.
bool stays(std::string_view before, unsigned value) {
  if (value == 0 || value == 255) return true;
  const auto first = before.empty() ? value : static_cast<unsigned char>(before[0]);
  if (first == 127 || first >= 224) return true;
  if (before.empty()) {
    return value == 10 || value == 100 || value == 169 || value == 172 || value == 192;
  }
  if (before.size() != 1) return false;
  return (first == 172 && value >= 16 && value <= 31) || (first == 192 && value == 168) ||
         (first == 169 && value == 254) || (first == 100 && value >= 64 && value <= 127);
}

}  // namespace

std::string Substitutes::mac(std::string_view bytes) const {
  if (bytes == std::string(6, '\0') || bytes == std::string(6, '\xff')) return std::string(bytes);
  std::string written;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    written += (i > 0 ? ":" : "") + to_hex(bytes.substr(i, 1));
  if (inventory::is_shared_mac_address(written)) return std::string(bytes);
  return std::string(bytes.substr(0, 3)) + stream("mac", bytes, 3).substr(0, 3);
}

std::string Substitutes::hardware_address(std::string_view bytes) const {
  const auto all = [&](char c) { return bytes.find_first_not_of(c) == std::string_view::npos; };
  if (all('\0') || all('\xff')) return std::string(bytes);
  constexpr std::size_t kMaker = 3, kGid = 4, kGuid = 12, kInfiniband = 20;
  // "00:ff:ff:ff:ff:12:40:1b:...": the group that all ports are in.
  constexpr std::string_view kGroup("\0\xff\xff\xff\xff", 5), kLinkLocal("\xfe\x80\0\0\0\0\0\0", 8);
  switch (bytes.size()) {
    case 4:
      return ipv4(bytes);
    case 6:
      return mac(bytes);
    case 8:
      return std::string(bytes.substr(0, kMaker)) +
             stream("guid", bytes, bytes.size()).substr(0, bytes.size() - kMaker);
    case 16:
      return ipv6(bytes);
    case kInfiniband: {
      if (bytes.starts_with(kGroup)) return std::string(bytes);
      const std::string_view subnet = bytes.substr(kGid, kGuid - kGid);
      return std::string(bytes.substr(0, kGid)) +
             (subnet == kLinkLocal ? std::string(subnet)
                                   : stream("subnet", subnet, subnet.size()).substr(0, 8)) +
             hardware_address(bytes.substr(kGuid));
    }
    default:
      return stream("address", bytes, bytes.size()).substr(0, bytes.size());
  }
}

void Substitutes::add_network(std::string_view bytes, unsigned prefix_length) {
  if (bytes.size() != 4 || prefix_length >= 32 || prefix_length % 8 == 0) return;
  const std::size_t octet = prefix_length / 8;
  const unsigned mask = 0xFFU << (8 - prefix_length % 8) & 0xFFU;
  Split split{std::string(bytes.substr(0, octet)), static_cast<unsigned char>(bytes[octet]) & mask,
              mask};
  if (std::find(splits_.begin(), splits_.end(), split) == splits_.end())
    splits_.push_back(std::move(split));
}

std::vector<Substitutes::Split> Substitutes::splits_behind(std::string_view before) const {
  std::vector<Split> out;
  std::copy_if(splits_.begin(), splits_.end(), std::back_inserter(out),
               [&](const Split& split) { return split.before == before; });
  return out;
}

// A permutation of all parts that are written with as many digits and lie in the same networks,
// another one behind each prefix.
unsigned Substitutes::octet(std::string_view before, unsigned value) const {
  const std::vector<Split> splits = splits_behind(before);
  // The first and the last part of a network mark its ends.
  const auto is_end = [&](unsigned part) {
    return std::any_of(splits.begin(), splits.end(), [&](const Split& split) {
      const unsigned host = part & ~split.mask & 0xFFU;
      return (part & split.mask) == split.value && (host == 0 || host == (~split.mask & 0xFFU));
    });
  };
  const auto in_same_networks = [&](unsigned other) {
    return std::all_of(splits.begin(), splits.end(), [&](const Split& split) {
      return ((other & split.mask) == split.value) == ((value & split.mask) == split.value);
    });
  };
  if (stays(before, value) || is_end(value)) return value;
  std::vector<std::pair<std::string, unsigned>> order;
  std::size_t place = 0;
  for (unsigned other = 0; other < 256; ++other) {
    if (decimal_digits(other) != decimal_digits(value) || stays(before, other)) continue;
    if (is_end(other) || !in_same_networks(other)) continue;
    if (other == value) place = order.size();
    order.emplace_back(stream("ipv4", std::string(before) + static_cast<char>(other), 1), other);
  }
  std::sort(order.begin(), order.end());
  std::vector<unsigned> plain;
  for (const auto& [random, other] : order)
    plain.push_back(other);
  return plain[place];
}

std::string Substitutes::ipv4(std::string_view bytes) const {
  if (is_netmask(bytes)) return std::string(bytes);
  std::string out;
  for (std::size_t i = 0; i < 4; ++i)
    out += static_cast<char>(octet(bytes.substr(0, i), static_cast<unsigned char>(bytes[i])));
  return out;
}

unsigned Substitutes::nibble(std::string_view before, unsigned value, bool leading) const {
  const std::string random = stream(leading ? "ipv6 leading" : "ipv6", before, 16);
  return shuffled<16>(random, leading ? 1 : 0)[value];  // a leading digit is never 0
}

std::string Substitutes::ipv6(std::string_view bytes) const {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  constexpr std::string_view kLoopback("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (bytes == kLoopback || at(0) == 0xFF) return std::string(bytes);
  if (bytes.starts_with(kMapped)) return std::string(kMapped) + ipv4(bytes.substr(12));
  const bool link_local = at(0) == 0xFE;
  const bool unique_local = (at(0) & 0xFE) == 0xFC;
  // How many hexadecimal digits say what kind of address it is: fe80, fd, 2.
  const std::size_t kept = link_local ? 4 : unique_local ? 2 : 1;
  std::string out;
  std::string before;
  for (std::size_t group = 0; group < 8; ++group) {
    const unsigned value = at(2 * group) * 256U + at(2 * group + 1);
    unsigned substitute = 0;
    bool leading = true;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const unsigned old = value >> (12 - 4 * digit) & 0xF;
      const bool blank = leading && old == 0;  // digits that are not written stay so
      const bool keep = blank || 4 * group + digit < kept;
      substitute = substitute * 16 + (keep ? old : nibble(before, old, leading));
      leading = blank;
      before += kNibbleDigits[old];
    }
    out += static_cast<char>(substitute >> 8);
    out += static_cast<char>(substitute & 0xFF);
  }
  return out;
}

}  // namespace muster::agent::host
