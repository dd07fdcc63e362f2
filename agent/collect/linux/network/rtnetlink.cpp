// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/network/rtnetlink.h"

#include "agent/host/netlink_bytes.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

// <linux/netlink.h>, <linux/rtnetlink.h>, <linux/if_link.h>, <linux/if_addr.h>
constexpr std::size_t kMessageHeader = 16, kLinkHeader = 16, kAddressHeader = 8,
                      kAttributeHeader = 4;
constexpr unsigned kError = 2, kDone = 3, kNewLink = 16, kNewAddress = 20;
constexpr unsigned kLinkName = 3, kLinkInfo = 18, kLinkPermanentAddress = 54, kInfoKind = 1;
constexpr unsigned kAddressAddress = 1, kAddressLocal = 2, kAddressLabel = 3, kAddressFlags = 8;
constexpr unsigned kAttributeTypeMask = 0x3FFF;  // without NLA_F_NESTED and NLA_F_NET_BYTEORDER
constexpr unsigned kInterfaceUp = 1;             // IFF_UP
constexpr unsigned kFamilyIpv4 = 2, kFamilyIpv6 = 10;

std::size_t aligned(std::size_t size) {
  return (size + 3) & ~std::size_t{3};
}

void drop(std::string_view& bytes, std::size_t count) {
  bytes.remove_prefix(count < bytes.size() ? count : bytes.size());
}

// Calls take(type, payload) for every message.
template <class Take>
Result<Done> for_each_message(const host::NetlinkNumbers& numbers, std::string_view dump,
                              Take&& take) {
  const Failure malformed{FailureKind::kMalformed,
                          "The kernel's answer over rtnetlink is not well formed."};
  while (!dump.empty()) {
    if (dump.size() < kMessageHeader) return malformed;
    const std::size_t length = numbers.at<std::uint32_t>(dump, 0);
    if (length < kMessageHeader || length > dump.size()) return malformed;
    const unsigned type = numbers.at<std::uint16_t>(dump, 4);
    const std::string_view payload = dump.substr(kMessageHeader, length - kMessageHeader);
    // A negative errno, widened before its sign is changed: a capture may hold the smallest number
    // there is.
    if (type == kError && payload.size() >= 4 && numbers.at<std::int32_t>(payload, 0) != 0)
      return Failure{FailureKind::kIo,
                     "The kernel refused to answer over rtnetlink (error " +
                         std::to_string(-std::int64_t{numbers.at<std::int32_t>(payload, 0)}) +
                         ")."};
    if (type != kError && type != kDone) take(type, payload);
    drop(dump, aligned(length));
  }
  return Done{};
}

template <class Take>
void for_each_attribute(const host::NetlinkNumbers& numbers, std::string_view bytes, Take&& take) {
  while (bytes.size() >= kAttributeHeader) {
    const std::size_t length = numbers.at<std::uint16_t>(bytes, 0);
    if (length < kAttributeHeader || length > bytes.size()) return;
    take(numbers.at<std::uint16_t>(bytes, 2) & kAttributeTypeMask,
         bytes.substr(kAttributeHeader, length - kAttributeHeader));
    drop(bytes, aligned(length));
  }
}

std::string text_of(std::string_view bytes) {
  return std::string(bytes.substr(0, bytes.find('\0')));
}

std::string hardware_address(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) {
    if (!out.empty()) out += ':';
    out += to_hex(std::string_view(&c, 1));
  }
  return out;
}

NetlinkLink parse_link(const host::NetlinkNumbers& numbers, std::string_view payload) {
  NetlinkLink link;
  link.index = numbers.at<std::int32_t>(payload, 4);
  link.up = (numbers.at<std::uint32_t>(payload, 8) & kInterfaceUp) != 0;
  for_each_attribute(
      numbers, payload.substr(kLinkHeader), [&](unsigned type, std::string_view value) {
        if (type == kLinkName) link.name = text_of(value);
        if (type == kLinkPermanentAddress) link.permanent_address = hardware_address(value);
        if (type != kLinkInfo) return;
        for_each_attribute(numbers, value, [&](unsigned info, std::string_view kind) {
          if (info == kInfoKind) link.kind = text_of(kind);
        });
      });
  return link;
}

std::optional<NetlinkAddress> parse_address(const host::NetlinkNumbers& numbers,
                                            std::string_view payload) {
  const unsigned family = static_cast<unsigned char>(payload[0]);
  const std::size_t size = family == kFamilyIpv4 ? 4 : family == kFamilyIpv6 ? 16 : 0;
  if (size == 0) return std::nullopt;
  NetlinkAddress address;
  address.prefix_length = static_cast<unsigned char>(payload[1]);
  address.flags = static_cast<unsigned char>(payload[2]);
  address.scope = static_cast<unsigned char>(payload[3]);
  address.link_index = numbers.at<std::uint32_t>(payload, 4);
  std::string_view local, whole;
  for_each_attribute(numbers, payload.substr(kAddressHeader),
                     [&](unsigned type, std::string_view value) {
                       if (type == kAddressLocal) local = value;
                       if (type == kAddressAddress) whole = value;
                       if (type == kAddressLabel) address.label = text_of(value);
                       if (type == kAddressFlags && value.size() >= 4)
                         address.flags = numbers.at<std::uint32_t>(value, 0);
                     });
  // IFA_ADDRESS is the other end's on a point-to-point link, where IFA_LOCAL is our own.
  address.address = local.empty() ? whole : local;
  if (address.address.size() != size || address.prefix_length > static_cast<int>(size) * 8)
    return std::nullopt;
  return address;
}

}  // namespace

Result<std::vector<NetlinkLink>> parse_link_dump(std::string_view dump) {
  std::vector<NetlinkLink> links;
  const host::NetlinkNumbers numbers(dump);
  const auto walked = for_each_message(numbers, dump, [&](unsigned type, std::string_view payload) {
    if (type == kNewLink && payload.size() >= kLinkHeader)
      links.push_back(parse_link(numbers, payload));
  });
  if (!walked) return walked.failure();
  return links;
}

Result<std::vector<NetlinkAddress>> parse_address_dump(std::string_view dump) {
  std::vector<NetlinkAddress> addresses;
  const host::NetlinkNumbers numbers(dump);
  const auto walked = for_each_message(numbers, dump, [&](unsigned type, std::string_view payload) {
    if (type != kNewAddress || payload.size() < kAddressHeader) return;
    if (auto address = parse_address(numbers, payload)) addresses.push_back(std::move(*address));
  });
  if (!walked) return walked.failure();
  return addresses;
}

}  // namespace muster::agent::collect
