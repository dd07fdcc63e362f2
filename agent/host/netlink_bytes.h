// SPDX-License-Identifier: Apache-2.0
// Numbers in the kernel's answers over netlink, which are in the byte order of the machine that
// gave them: a capture may be from one with the other order. Pure; any thread.
#pragma once
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace muster::agent::host {

class NetlinkNumbers {
 public:
  // The type of the first message tells the order: all types are below 256 (<linux/netlink.h>,
  // <linux/rtnetlink.h>), so that of its two bytes the higher one is zero.
  explicit NetlinkNumbers(std::string_view messages) {
    constexpr std::size_t kType = 4;
    if (messages.size() < kType + sizeof(std::uint16_t)) return;
    std::uint16_t type = 0;
    std::memcpy(&type, messages.data() + kType, sizeof type);
    swapped_ = type != 0 && (type & 0xFF) == 0;
  }

  // The number at `at`; the caller has checked that it is there.
  template <class T>
  T at(std::string_view bytes, std::size_t at) const {
    std::array<char, sizeof(T)> raw{};
    std::memcpy(raw.data(), bytes.data() + at, raw.size());
    if (swapped_) std::reverse(raw.begin(), raw.end());
    T value{};
    std::memcpy(&value, raw.data(), raw.size());
    return value;
  }

 private:
  bool swapped_ = false;
};

}  // namespace muster::agent::host
