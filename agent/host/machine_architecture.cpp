// SPDX-License-Identifier: Apache-2.0
#include "agent/host/machine_architecture.h"

#include <algorithm>
#include <iterator>

namespace muster::agent::host {

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

std::optional<std::endian> byte_order_of(std::string_view architecture) {
  // UTS_MACHINE of the kernel's Makefiles.
  constexpr std::string_view kBig[] = {"s390x",  "s390",       "ppc64",    "ppc",      "sparc64",
                                       "sparc",  "m68k",       "parisc",   "parisc64", "armv7b",
                                       "armv8b", "aarch64_be", "armv5teb", "sh4eb"};
  constexpr std::string_view kLittle[] = {"x86_64",  "i386",        "i486",    "i586",    "i686",
                                          "aarch64", "armv5tel",    "armv6l",  "armv7l",  "armv8l",
                                          "ppc64le", "loongarch64", "riscv64", "riscv32", "alpha",
                                          "ia64",    "sh4",         "arm64"};
  if (std::find(std::begin(kBig), std::end(kBig), architecture) != std::end(kBig))
    return std::endian::big;
  if (std::find(std::begin(kLittle), std::end(kLittle), architecture) != std::end(kLittle))
    return std::endian::little;
  return std::nullopt;
}

}  // namespace muster::agent::host
