// SPDX-License-Identifier: Apache-2.0
#include "common/support/shell.h"

#include "common/support/text.h"

namespace muster {
namespace {

constexpr std::string_view kPlainSigns = "_@%+=:,./-";

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kPlainSigns.find(c) != std::string_view::npos;
}

// Always three digits: a digit behind it is a character of its own.
void append_octal(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += '\\';
  for (const unsigned shift : {6U, 3U, 0U})
    out += static_cast<char>('0' + ((byte >> shift) & 7U));
}

// The character of `text` that begins at `at`, as whole as it is.
std::string_view character_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    ++end;
  return text.substr(at, end - at);
}

// $'...', POSIX.1-2024 2.2.4.
std::string escaped(std::string_view text) {
  std::string out = "$'";
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view character = character_at(text, at);
    at += character.size();
    if (character == "\n") {
      out += "\\n";
    } else if (character == "\t") {
      out += "\\t";
    } else if (character == "\r") {
      out += "\\r";
    } else if (character == "'" || character == "\\") {
      out += '\\';
      out += character;
    } else if (character == "!" || printable(character) != character) {
      // "!" recalls history in an interactive bash, before it looks at quotes of this kind.
      for (const char c : character)
        append_octal(out, c);
    } else {
      out += character;
    }
  }
  return out + '\'';
}

}  // namespace

std::string shell_quoted(std::string_view text) {
  text = text.substr(0, text.find('\0'));
  // zsh takes "=word" for the place of a program (zshexpn(1), EQUALS).
  bool plain = !text.empty() && text.front() != '=';
  for (const char c : text)
    plain = plain && is_plain(c);
  if (plain) return std::string(text);
  if (printable(text) != text) return escaped(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + '\'';
}

}  // namespace muster
