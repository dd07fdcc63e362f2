// SPDX-License-Identifier: Apache-2.0
// The architecture that a program was built for, in the words of `uname -m`, and the byte order
// that goes with one: a capture or a copied tree may be another machine's. Pure; any thread.
#pragma once
#include <bit>
#include <optional>
#include <string>
#include <string_view>

namespace muster::agent::host {

// From the first bytes of an ELF file (System V ABI, "ELF header"): nullopt when it is none, or
// when one number stands for several machines (32-bit Arm may be armv6l or armv7l, and a 32-bit x86
// program says nothing about the kernel).
std::optional<std::string> architecture_of_elf(std::string_view bytes);

// nullopt for the few words that stand for both orders (mips, and what is not known).
std::optional<std::endian> byte_order_of(std::string_view architecture);

}  // namespace muster::agent::host
