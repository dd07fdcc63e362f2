// SPDX-License-Identifier: Apache-2.0
// Builds the bytes of rtnetlink answers for tests, by the layouts of netlink(7) and rtnetlink(7).
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace muster::agent::test_netlink {

template <class T>
std::string number(T value) {
  std::string out(sizeof value, '\0');
  std::memcpy(out.data(), &value, sizeof value);
  return out;
}

std::string padded(std::string bytes);
std::string attribute(unsigned type, std::string_view value);
std::string message(unsigned type, const std::string& payload);
std::string name_of(std::string_view text);

// RTM_NEWLINK
std::string link(std::int32_t index, std::string_view name, std::string_view kind = "",
                 std::string_view permanent_address = "", bool up = true);

struct AddressParts {
  unsigned family = 2, prefix_length = 24, flags = 0x80, scope = 0;
  std::uint32_t index = 2;
  std::string attributes;
};

// RTM_NEWADDR
std::string address(const AddressParts& parts);

}  // namespace muster::agent::test_netlink
