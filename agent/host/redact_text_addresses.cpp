// SPDX-License-Identifier: Apache-2.0
// What looks like a UUID or an address in text.
#include <arpa/inet.h>

#include <algorithm>

#include "agent/host/redact_text.h"
#include "common/support/text.h"

namespace muster::agent::host {
namespace {

constexpr std::size_t kMacText = 17;
constexpr std::size_t kUuidText = 36;

// `digits` in the case of `like`.
std::string in_case_of(std::string digits, std::string_view like) {
  const bool upper =
      std::any_of(like.begin(), like.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  if (!upper) return digits;
  for (char& c : digits) {
    if (c >= 'a') c = static_cast<char>(c - 'a' + 'A');
  }
  return digits;
}

// One group of an IPv6 address with as many digits as it had.
std::string group_text(std::string_view bytes, std::size_t group, std::string_view like) {
  const std::string digits = to_hex(bytes.substr(2 * group, 2));
  return in_case_of(digits.substr(4 - like.size()), like);
}

// The groups of an address as it is written, with their numbers 0 ... 7; "::" skips some.
std::string write_ipv6_like(std::string_view token, std::string_view bytes) {
  const std::size_t gap = token.find("::");
  const auto groups_of = [](std::string_view part) {
    return part.empty() ? std::vector<std::string_view>() : split(part, ':');
  };
  const auto head = groups_of(token.substr(0, gap));
  std::string out;
  for (std::size_t i = 0; i < head.size(); ++i)
    out += (i > 0 ? ":" : "") + group_text(bytes, i, head[i]);
  if (gap == std::string_view::npos) return out;
  out += "::";
  const auto tail = groups_of(token.substr(gap + 2));
  for (std::size_t i = 0; i < tail.size(); ++i)
    out += (i > 0 ? ":" : "") + group_text(bytes, 8 - tail.size() + i, tail[i]);
  return out;
}

}  // namespace

std::size_t TextRedaction::uuid(std::string_view text, std::size_t at, std::string& out) const {
  const std::string_view token = text.substr(at, kUuidText);
  if (!is_uuid(lower_ascii(token)) || word_byte_at(text, at + kUuidText)) return 0;
  out += substitutes_.uuid(token);
  return kUuidText;
}

std::size_t TextRedaction::mac(std::string_view text, std::size_t at, std::string& out) const {
  const std::string_view token = text.substr(at, kMacText);
  if (token.size() < kMacText || (token[2] != ':' && token[2] != '-')) return 0;
  std::string digits;
  for (std::size_t i = 0; i < kMacText; ++i) {
    if (i % 3 == 2) {
      if (token[i] != token[2]) return 0;
    } else if (is_hex(token[i])) {
      digits += token[i];
    } else {
      return 0;
    }
  }
  const char after = at + kMacText < text.size() ? text[at + kMacText] : ' ';
  if (is_word_byte(after) ||
      (after == token[2] && at + kMacText + 1 < text.size() && is_hex(text[at + kMacText + 1])))
    return 0;
  const std::string bytes = substitutes_.mac(from_hex(digits).value_or(std::string(6, '\0')));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += token[2];
    out += in_case_of(to_hex(std::string_view(bytes).substr(i, 1)), token);
  }
  return kMacText;
}

// Addresses of more than six bytes: EUI-64 of FireWire, the 16 bytes that it and tunnels have, the
// 20 of InfiniBand.
std::size_t TextRedaction::long_address(std::string_view text, std::size_t at,
                                        std::string& out) const {
  std::string digits;
  std::size_t size = 0;
  while (text.size() - at - size >= 2 && is_hex(text[at + size]) && is_hex(text[at + size + 1])) {
    digits += text.substr(at + size, 2);
    size += 2;
    if (at + size >= text.size() || text[at + size] != ':') break;
    ++size;
  }
  if (digits.size() != 16 && digits.size() != 32 && digits.size() != 40) return 0;
  if (text[at + size - 1] == ':' || word_byte_at(text, at + size)) return 0;
  const std::string bytes = substitutes_.hardware_address(
      from_hex(digits).value_or(std::string(digits.size() / 2, '\0')));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += ':';
    out += in_case_of(to_hex(std::string_view(bytes).substr(i, 1)), text.substr(at, size));
  }
  return size;
}

// Interface names made of an address (systemd.net-naming-scheme(7)): enx001122334455.
std::size_t TextRedaction::plain_mac(std::string_view text, std::size_t at,
                                     std::string& out) const {
  constexpr std::size_t kPrefix = 3;
  constexpr std::size_t kDigits = 12;
  const std::string_view token = text.substr(at, kPrefix + kDigits);
  if (token.size() < kPrefix + kDigits || token[2] != 'x' ||
      word_byte_at(text, at + token.size())) {
    return 0;
  }
  const std::string_view kind = token.substr(0, 2);
  if (kind != "en" && kind != "wl" && kind != "ww" && kind != "ib") return 0;
  const auto bytes = from_hex(token.substr(kPrefix));
  if (!bytes) return 0;
  out += std::string(token.substr(0, kPrefix)) + to_hex(substitutes_.mac(*bytes));
  return token.size();
}

std::size_t TextRedaction::ipv4(std::string_view text, std::size_t at, std::string& out) const {
  std::size_t size = 0;
  while (at + size < text.size() && (is_digit(text[at + size]) || text[at + size] == '.'))
    ++size;
  while (size > 0 && text[at + size - 1] == '.')
    --size;  // the end of a sentence
  if (size < 7 || size > 15 || word_byte_at(text, at + size)) return 0;
  const std::string token(text.substr(at, size));
  std::string bytes(4, '\0');
  if (::inet_pton(AF_INET, token.c_str(), bytes.data()) != 1) return 0;
  const std::string substitute = substitutes_.ipv4(bytes);
  for (std::size_t i = 0; i < 4; ++i) {
    if (i > 0) out += '.';
    out += std::to_string(static_cast<unsigned char>(substitute[i]));
  }
  return size;
}

std::size_t TextRedaction::ipv6(std::string_view text, std::size_t at, std::string& out) const {
  std::size_t size = 0;
  std::size_t colons = 0;
  while (at + size < text.size() && (is_hex(text[at + size]) || text[at + size] == ':')) {
    colons += text[at + size] == ':' ? 1U : 0U;
    ++size;
  }
  if (colons < 2 || size > 39 || word_byte_at(text, at + size)) return 0;
  const std::string token(text.substr(at, size));
  std::string bytes(16, '\0');
  if (::inet_pton(AF_INET6, token.c_str(), bytes.data()) != 1) return 0;
  out += write_ipv6_like(token, substitutes_.ipv6(bytes));
  return size;
}

}  // namespace muster::agent::host
