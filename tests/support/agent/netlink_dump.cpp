// SPDX-License-Identifier: Apache-2.0
#include "tests/support/agent/netlink_dump.h"

namespace muster::agent::test_netlink {

std::string padded(std::string bytes) {
  bytes.resize((bytes.size() + 3) & ~std::size_t{3}, '\0');
  return bytes;
}

std::string attribute(unsigned type, std::string_view value) {
  return padded(number(static_cast<std::uint16_t>(value.size() + 4)) +
                number(static_cast<std::uint16_t>(type)) + std::string(value));
}

std::string message(unsigned type, const std::string& payload) {
  return padded(number(static_cast<std::uint32_t>(payload.size() + 16)) +
                number(static_cast<std::uint16_t>(type)) + number(std::uint16_t{2}) +
                number(std::uint32_t{1}) + number(std::uint32_t{0}) + payload);
}

std::string name_of(std::string_view text) {
  return std::string(text) + '\0';
}

std::string link(std::int32_t index, std::string_view name, std::string_view kind,
                 std::string_view permanent_address, bool up) {
  std::string payload = number(std::uint16_t{0}) + number(std::uint16_t{1}) + number(index) +
                        number(std::uint32_t{up ? 1U : 0U}) + number(std::uint32_t{0});
  payload += attribute(3, name_of(name));
  if (!permanent_address.empty()) payload += attribute(54, permanent_address);
  if (!kind.empty()) payload += attribute(18 | 0x8000, attribute(1, name_of(kind)));
  return message(16, payload);
}

std::string address(const AddressParts& parts) {
  std::string payload;
  for (const unsigned byte : {parts.family, parts.prefix_length, parts.flags, parts.scope})
    payload += static_cast<char>(byte);
  return message(20, payload + number(parts.index) + parts.attributes);
}

}  // namespace muster::agent::test_netlink
