// SPDX-License-Identifier: Apache-2.0
// Text that people type at the desk, checked before it reaches the store by the rule of
// server/store/text_fault.h. Error 422 invalid_value names the field. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace muster::server::desk {

// Several lines; may be empty.
void require_lines(std::string_view text, std::string_view field, std::size_t most_bytes);
// One line without control characters; returned without the white space around it.
std::string checked_line(std::string_view text, std::string_view field, std::size_t most_bytes);

}  // namespace muster::server::desk
