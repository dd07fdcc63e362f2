// SPDX-License-Identifier: Apache-2.0
#include "server/http/proxy_protocol.h"

#include <algorithm>

#include "server/http/address.h"

namespace muster::server::http {
namespace {

constexpr std::string_view kSignature("\r\n\r\n\0\r\nQUIT\n", 12);
constexpr std::size_t kFixedBytes = 16;

constexpr unsigned kVersion2Local = 0x20;
constexpr unsigned kVersion2Proxy = 0x21;
constexpr unsigned kTcp4 = 0x11;
constexpr unsigned kTcp6 = 0x21;

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::optional<std::string> source_address(unsigned family, std::string_view block) {
  AddressBytes address = *parse_address("0.0.0.0");
  const bool is_ipv4 = family == kTcp4;
  const std::size_t size = is_ipv4 ? 4 : 16;
  const std::size_t needed = 2 * size + 4;  // two addresses, two ports
  if (block.size() < needed) return std::nullopt;
  std::copy_n(block.begin(), size, address.end() - static_cast<std::ptrdiff_t>(size));
  return to_text(address);
}

}  // namespace

ProxyHeader parse_proxy_header(std::string_view received) {
  using State = ProxyHeader::State;
  const std::size_t known = std::min(received.size(), kSignature.size());
  if (received.substr(0, known) != kSignature.substr(0, known)) return {};
  if (received.size() < kFixedBytes) return {State::kNeedsMore, 0, std::nullopt};
  const unsigned command = byte_at(received, 12);
  const unsigned family = byte_at(received, 13);
  if (command != kVersion2Local && command != kVersion2Proxy) return {};
  const std::size_t length = kFixedBytes + byte_at(received, 14) * 256 + byte_at(received, 15);
  if (length > kMaxProxyHeaderBytes) return {};
  if (received.size() < length) return {State::kNeedsMore, length, std::nullopt};
  ProxyHeader header{State::kComplete, length, std::nullopt};
  if (command == kVersion2Proxy && (family == kTcp4 || family == kTcp6)) {
    header.address = source_address(family, received.substr(kFixedBytes, length - kFixedBytes));
    if (!header.address) return {};
  }
  return header;
}

}  // namespace muster::server::http
