// SPDX-License-Identifier: Apache-2.0
#include "server/desk/desk_text.h"

#include "common/support/text.h"
#include "server/error.h"
#include "server/store/text_fault.h"

namespace muster::server::desk {
namespace {

std::string words_of(store::TextFault fault, std::size_t most_bytes) {
  switch (fault) {
    case store::TextFault::kTooLong:
      return "is longer than " + std::to_string(most_bytes) + " bytes";
    case store::TextFault::kNotUtf8:
      return "is not valid UTF-8 text";
    case store::TextFault::kNul:
      return "holds a NUL character";
    case store::TextFault::kNotOneLine:
      break;
  }
  return "must be one line without control characters";
}

void require_text(std::string_view text, std::string_view field, std::size_t most_bytes,
                  store::TextKind kind) {
  const auto fault = store::find_text_fault(text, most_bytes, kind);
  if (!fault) return;
  throw Error(Status::kUnprocessable, "invalid_value",
              "The " + std::string(field) + " " + words_of(*fault, most_bytes) + ".")
      .at(std::string(field));
}

}  // namespace

void require_lines(std::string_view text, std::string_view field, std::size_t most_bytes) {
  require_text(text, field, most_bytes, store::TextKind::kAny);
}

std::string checked_line(std::string_view text, std::string_view field, std::size_t most_bytes) {
  const std::string_view line = trim(text);
  require_text(line, field, most_bytes, store::TextKind::kOneLine);
  return std::string(line);
}

}  // namespace muster::server::desk
