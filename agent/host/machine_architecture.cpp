// SPDX-License-Identifier: Apache-2.0
#include "agent/host/machine_architecture.h"

namespace muster::agent {

std::optional<std::string> architecture_of_elf(std::string_view bytes) {
  constexpr std::size_t kClass = 4;
  constexpr std::size_t kByteOrder = 5;
  constexpr std::size_t kMachine = 18;
  if (bytes.size() < kMachine + 2 || bytes.substr(0, 4) !=
                                         "\x7f"
                                         "ELF")
    return std::nullopt;
  const bool wide = bytes[kClass] == 2;
  const bool little = bytes[kByteOrder] == 1;
  if (!little && bytes[kByteOrder] != 2) return std::nullopt;
  const auto first = static_cast<unsigned char>(bytes[kMachine]);
  const auto second = static_cast<unsigned char>(bytes[kMachine + 1]);
  const unsigned machine = little ? first + 256U * second : 256U * first + second;
  if (!wide) return std::nullopt;
  switch (machine) {
    case 21:
      return little ? "ppc64le" : "ppc64";
    case 22:
      return "s390x";
    case 62:
      return "x86_64";
    case 183:
      return little ? "aarch64" : "aarch64_be";
    case 243:
      return "riscv64";
    case 258:
      return "loongarch64";
    default:
      return std::nullopt;
  }
}

}  // namespace muster::agent
