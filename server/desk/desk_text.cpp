// SPDX-License-Identifier: Apache-2.0
#include "server/desk/desk_text.h"

#include "common/support/text.h"
#include "server/error.h"

namespace muster::server::desk {

void check_text(std::string_view text, std::string_view field, std::size_t most_bytes) {
  const auto refuse = [&](const std::string& why) {
    throw Error(Status::kUnprocessable, "invalid_value",
                "The " + std::string(field) + " " + why + ".")
        .at(std::string(field));
  };
  if (text.size() > most_bytes) {
    refuse("is longer than " + std::to_string(most_bytes) + " bytes");
  }
  if (!is_valid_utf8(text)) refuse("is not valid UTF-8 text");
  if (text.find('\0') != std::string_view::npos) refuse("holds a NUL character");
}

std::string checked_line(std::string_view text, std::string_view field, std::size_t most_bytes) {
  const std::string_view line = trim(text);
  check_text(line, field, most_bytes);
  if (printable(line) == line) return std::string(line);
  throw Error(Status::kUnprocessable, "invalid_value",
              "The " + std::string(field) + " must be one line without control characters.")
      .at(std::string(field));
}

}  // namespace muster::server::desk
