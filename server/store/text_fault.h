// SPDX-License-Identifier: Apache-2.0
// What a text that somebody sent must be before it is kept: valid UTF-8 without NUL, since one
// database would cut it and another refuse it, within a limit, and often one line. Here is the one
// rule; callers know the limit, the field and the words in which they refuse. Pure.
#pragma once
#include <cstddef>
#include <optional>
#include <string_view>

namespace muster::server::store {

enum class TextFault {
  kTooLong,
  kNotUtf8,
  kNul,
  kNotOneLine,  // a line break or another control character (printable() in common/support/text.h)
};

enum class TextKind { kAny, kOneLine };

// The first thing that is wrong with the text, in the order of TextFault; nullopt: nothing is.
std::optional<TextFault> find_text_fault(std::string_view text, std::size_t most_bytes,
                                         TextKind kind = TextKind::kAny);

// True for what every database keeps as it is: valid UTF-8 without NUL, however long.
bool is_storable_text(std::string_view text);

}  // namespace muster::server::store
