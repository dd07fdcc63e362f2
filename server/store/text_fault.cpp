// SPDX-License-Identifier: Apache-2.0
#include "server/store/text_fault.h"

#include <cstdint>
#include <cstring>

#include "common/support/text.h"

namespace muster::server::store {
namespace {

// Printable ASCII and the like, eight bytes a step: nearly all text is that.
bool is_plain(std::string_view text) {
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  std::uint64_t word = 0;
  while (text.size() >= sizeof word) {
    std::memcpy(&word, text.data(), sizeof word);
    // Without high bits, a byte less one has one exactly when it was 0.
    if (((word | (word - kOnes)) & kHigh) != 0) return false;
    text.remove_prefix(sizeof word);
  }
  for (const char c : text) {
    if (static_cast<signed char>(c) <= 0) return false;
  }
  return true;
}

}  // namespace

std::optional<TextFault> find_text_fault(std::string_view text, std::size_t most_bytes,
                                         TextKind kind) {
  if (text.size() > most_bytes) return TextFault::kTooLong;
  if (!is_valid_utf8(text)) return TextFault::kNotUtf8;
  if (text.find('\0') != std::string_view::npos) return TextFault::kNul;
  if (kind == TextKind::kOneLine && printable(text) != text) return TextFault::kNotOneLine;
  return std::nullopt;
}

bool is_storable_text(std::string_view text) {
  return is_plain(text) || !find_text_fault(text, text.size());
}

}  // namespace muster::server::store
