// SPDX-License-Identifier: Apache-2.0
// Numbers in bytes of firmware and the kernel. Pure; the caller has checked the bounds.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster::agent::collect {

// `count` bytes (at most 8) from `at` on, the least significant first.
constexpr std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = count; i-- > 0;)
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

}  // namespace muster::agent::collect
