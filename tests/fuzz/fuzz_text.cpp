// SPDX-License-Identifier: Apache-2.0
// The helpers that every parser leans on: each is held against its inverse, or against a slow and
// plain way to say the same.
#include "common/support/text.h"

#include <algorithm>

#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

namespace {

void check_codings(std::string_view text) {
  require(from_hex(to_hex(text)) == text);
  require(from_base64(to_base64(text)) == text);
  // Two texts never decode to the same bytes, except white space and the case of hexadecimal.
  if (const auto bytes = from_hex(text)) require(to_hex(*bytes) == lower_ascii(text));
  if (const auto bytes = from_base64(text)) {
    std::string packed(text);
    std::erase_if(packed, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
    require(to_base64(*bytes) == packed);
  }
  require(to_base32(text).size() == (text.size() * 8 + 4) / 5);
}

void check_characters(std::string_view text) {
  const std::string valid = to_valid_text(text);
  require(is_valid_utf8(valid) && valid.find('\0') == std::string::npos);
  require(to_valid_text(valid) == valid);
  if (is_valid_utf8(text) && text.find('\0') == std::string_view::npos) require(valid == text);
  const std::string shown = printable(text);
  require(is_valid_utf8(shown) && printable(shown) == shown);
  require(std::none_of(shown.begin(), shown.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }));
}

void check_parts(std::string_view text) {
  std::string joined;
  for (const std::string_view part : split(text, ','))
    joined += std::string(part) + ',';
  joined.pop_back();
  require(joined == text);
  for (const std::string_view line : lines(text))
    require(line.find('\n') == std::string_view::npos);
  const std::string_view trimmed = trim(text);
  require(trim(trimmed) == trimmed && text.find(trimmed) != std::string_view::npos);
  require(equal_constant_time(text, trimmed) == (text == trimmed));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  check_codings(text);
  check_characters(text);
  check_parts(text);
  if (const auto number = parse_integer(text)) {
    require(parse_integer(std::to_string(*number)) == number);
    require(text.find_first_not_of("-0123456789") == std::string_view::npos);
  }
  if (is_uuid(text)) {
    std::string digits(text);
    std::erase(digits, '-');
    require(digits.size() == 32 && from_hex(digits) && lower_ascii(digits) == digits);
  }
  return 0;
}
