// SPDX-License-Identifier: Apache-2.0
// The only string helpers: trimming, splitting, numbers, hex, base64, UTF-8. All pure.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

std::string_view trim(std::string_view text);  // ASCII white space on both sides
std::vector<std::string_view> split(std::string_view text, char separator);
// Lines without their "\n" or "\r\n"; a last line without an end counts, an empty one after the
// last end does not.
std::vector<std::string_view> lines(std::string_view text);
// "a, b, c".
template <class Texts>
std::string joined(const Texts& texts, std::string_view separator = ", ") {
  std::string out;
  bool is_first = true;
  for (const auto& text : texts) {
    if (!is_first) out += separator;
    is_first = false;
    out += text;
  }
  return out;
}
std::string lower_ascii(std::string_view text);
// nullopt for the empty one.
std::optional<std::string> text_or_nothing(std::string_view text);

// "16.0 GiB", "512 MiB", "830 B".
std::string humanised_bytes(std::int64_t bytes);

// The whole text as a decimal (or hexadecimal) number, nothing else before or behind it; nullopt
// otherwise.
std::optional<std::int64_t> parse_integer(std::string_view text, int base = 10);

// ASCII, whatever the locale.
bool is_digit(char c);
bool is_hex(char c);

std::string to_hex(std::string_view bytes);  // lower case
std::optional<std::string> from_hex(std::string_view text);
std::string to_base64(std::string_view bytes);
// Strict RFC 4648 section 4 with padding; white space anywhere is skipped (RFC 8951 section 2).
// nullopt: not base64.
std::optional<std::string> from_base64(std::string_view text);

// RFC 4648 section 6, lower case, no padding: only letters and digits, so that a double click
// selects it whole and nothing reads it as a number or a formula.
std::string to_base32(std::string_view bytes);

bool is_valid_utf8(std::string_view text);  // no surrogates, no overlong forms; NUL counts as valid

// Makes any bytes fit for a row (model.md section 3): NUL and bytes that are not UTF-8 become \xNN
// and then, so that the text can be read back, every backslash is doubled. Text that needs no
// change is returned as it is.
std::string to_valid_text(std::string_view bytes);

// One line for a log or a terminal: control characters (ANSI escapes, newlines, C1, bidirectional
// overrides) as \xNN.
std::string printable(std::string_view text);

bool equal_constant_time(std::string_view a, std::string_view b);
bool is_uuid(std::string_view text);  // 8-4-4-4-12 lower-case hexadecimal digits

}  // namespace muster
