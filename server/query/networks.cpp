// SPDX-License-Identifier: Apache-2.0
#include "server/query/networks.h"

#include <arpa/inet.h>

#include <algorithm>

#include "common/support/text.h"

namespace muster::server::query {
namespace {

constexpr int kBitsV4 = 32;
constexpr int kBitsV6 = 128;
constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};

int bits_of(const IpAddress& address) {
  return address.is_v4 ? kBitsV4 : kBitsV6;
}

bool bit(const IpAddress& address, int index) {
  return ((address.bytes[static_cast<std::size_t>(index / 8)] >> (7 - index % 8)) & 1) != 0;
}

std::uint16_t group_of(const IpAddress& address, std::size_t index) {
  return static_cast<std::uint16_t>(address.bytes[2 * index] << 8 | address.bytes[2 * index + 1]);
}

std::string hex_group(unsigned value) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (; value > 0; value /= 16)
    out.insert(out.begin(), kDigits[value % 16]);
  return out.empty() ? "0" : out;
}

// 24 or 255.255.255.0
std::optional<int> parse_prefix(std::string_view text, bool is_v4) {
  if (const auto number = parse_integer(text)) {
    if (text.size() > 3 || *number < 0 || *number > (is_v4 ? kBitsV4 : kBitsV6))
      return std::nullopt;
    return static_cast<int>(*number);
  }
  const auto mask = is_v4 ? parse_ip(text) : std::nullopt;
  if (!mask || !mask->is_v4) return std::nullopt;
  int ones = 0;
  while (ones < kBitsV4 && bit(*mask, ones))
    ++ones;
  for (int i = ones; i < kBitsV4; ++i) {
    if (bit(*mask, i)) return std::nullopt;
  }
  return ones;
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  if (const std::size_t zone = text.find('%'); zone != std::string_view::npos) {
    if (zone + 1 == text.size() || text.find(':') == std::string_view::npos) return std::nullopt;
    text = text.substr(0, zone);
  }
  // inet_pton(3) stops at a NUL and would accept what stands before it.
  const std::string copy(text);
  if (copy.find('\0') != std::string::npos) return std::nullopt;
  IpAddress out;
  if (inet_pton(AF_INET, copy.c_str(), out.bytes.data()) == 1) {
    out.is_v4 = true;
    return out;
  }
  if (inet_pton(AF_INET6, copy.c_str(), out.bytes.data()) != 1) return std::nullopt;
  if (std::equal(kMapped.begin(), kMapped.end(), out.bytes.begin())) {
    std::copy(out.bytes.begin() + 12, out.bytes.end(), out.bytes.begin());
    std::fill(out.bytes.begin() + 4, out.bytes.end(), std::uint8_t{0});
    out.is_v4 = true;
  }
  return out;
}

std::string to_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text = {};
  // glibc writes IPv6 in the form of RFC 5952; the agents use it too.
  inet_ntop(address.is_v4 ? AF_INET : AF_INET6, address.bytes.data(), text.data(), text.size());
  return text.data();
}

std::string uncompressed(const IpAddress& address) {
  if (address.is_v4) return to_text(address);
  std::string out;
  for (std::size_t i = 0; i < 8; ++i)
    out += (i == 0 ? "" : ":") + hex_group(group_of(address, i));
  return out;
}

std::optional<Network> parse_network(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  // ::ffff:10.0.0.0/104: the length counts the bits of IPv6.
  const bool mapped = address->is_v4 && text.substr(0, slash).find(':') != std::string_view::npos;
  auto length = parse_prefix(text.substr(slash + 1), address->is_v4 && !mapped);
  if (length && mapped) *length -= kBitsV6 - kBitsV4;
  if (!length || *length < 0) return std::nullopt;
  Network out{*address, *length};
  for (int i = *length; i < bits_of(out.base); ++i)
    out.base.bytes[static_cast<std::size_t>(i / 8)] &=
        static_cast<std::uint8_t>(~(1U << (7 - i % 8)));
  return out;
}

bool contains(const Network& network, const IpAddress& address) {
  if (network.base.is_v4 != address.is_v4) return false;
  for (int i = 0; i < network.prefix_length; ++i) {
    if (bit(network.base, i) != bit(address, i)) return false;
  }
  return true;
}

std::optional<std::vector<std::string>> like_patterns(const Network& network) {
  const bool v4 = network.base.is_v4;
  const int width = v4 ? 8 : 16;  // of a group
  const auto groups = static_cast<std::size_t>(bits_of(network.base) / width);
  const auto whole = static_cast<std::size_t>(network.prefix_length / width);
  const int rest = network.prefix_length % width;
  const auto value = [&](std::size_t i) -> unsigned {
    return v4 ? network.base.bytes[i] : group_of(network.base, i);
  };
  std::string begin;
  for (std::size_t i = 0; i < whole; ++i) {
    if (!v4 && value(i) == 0) return std::nullopt;
    begin += (i == 0 ? "" : v4 ? "." : ":") + (v4 ? std::to_string(value(i)) : hex_group(value(i)));
  }
  const std::string dot = v4 ? "." : ":";
  if (whole == groups) return std::vector{begin};
  if (whole == 0 && rest == 0) return std::nullopt;
  if (rest == 0) return std::vector{begin + dot + '%'};
  const std::size_t count = std::size_t{1} << (width - rest);
  if (count > kNetworkPatterns) return std::nullopt;
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned group = value(whole) + static_cast<unsigned>(i);
    if (!v4 && group == 0) return std::nullopt;
    out.push_back(begin + (whole == 0 ? "" : dot) +
                  (v4 ? std::to_string(group) : hex_group(group)) +
                  (whole + 1 == groups ? "" : dot + '%'));
  }
  return out;
}

}  // namespace muster::server::query
