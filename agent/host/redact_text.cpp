// SPDX-License-Identifier: Apache-2.0
#include "agent/host/redact_text.h"

#include <arpa/inet.h>

#include <algorithm>

#include "common/support/text.h"

namespace muster::agent {
namespace {

constexpr std::size_t kMacText = 17;
constexpr std::size_t kUuidText = 36;
constexpr std::size_t kAnywhere = 8;  // longer identifiers are found inside words as well

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}
bool word_at(std::string_view text, std::size_t at) {
  return at < text.size() && is_word(text[at]);
}

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

void TextRedaction::add(std::string_view value, Kind kind) {
  value = trim(value);
  if (is_placeholder(value)) return;
  std::string lower = lower_ascii(value);
  auto& same_start = known_[lower.substr(0, 2)];
  if (std::any_of(same_start.begin(), same_start.end(),
                  [&](const Known& other) { return other.lower == lower; })) {
    return;
  }
  same_start.push_back({std::move(lower), kind});
  std::sort(same_start.begin(), same_start.end(), [](const Known& a, const Known& b) {
    return a.lower.size() != b.lower.size() ? a.lower.size() > b.lower.size() : a.lower < b.lower;
  });
}

std::size_t TextRedaction::uuid(std::string_view text, std::size_t at, std::string& out) const {
  const std::string_view token = text.substr(at, kUuidText);
  if (!is_uuid(lower_ascii(token)) || word_at(text, at + kUuidText)) return 0;
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
  if (is_word(after) || (after == token[2] && is_hex(text.substr(at + kMacText)[0]))) return 0;
  const std::string bytes = substitutes_.mac(from_hex(digits).value_or(std::string(6, '\0')));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) out += token[2];
    out += in_case_of(to_hex(std::string_view(bytes).substr(i, 1)), token);
  }
  return kMacText;
}

// Interface names made of an address (systemd.net-naming-scheme(7)): enx001122334455.
std::size_t TextRedaction::plain_mac(std::string_view text, std::size_t at,
                                     std::string& out) const {
  constexpr std::size_t kPrefix = 3;
  constexpr std::size_t kDigits = 12;
  const std::string_view token = text.substr(at, kPrefix + kDigits);
  if (token.size() < kPrefix + kDigits || token[2] != 'x' || word_at(text, at + token.size())) {
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
  if (size < 7 || size > 15 || word_at(text, at + size)) return 0;
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
  if (colons < 2 || size > 39 || word_at(text, at + size)) return 0;
  const std::string token(text.substr(at, size));
  std::string bytes(16, '\0');
  if (::inet_pton(AF_INET6, token.c_str(), bytes.data()) != 1) return 0;
  out += write_ipv6_like(token, substitutes_.ipv6(bytes));
  return size;
}

std::size_t TextRedaction::known(std::string_view text, std::size_t at, TextPlace place,
                                 std::string& out) const {
  const auto found = known_.find(lower_ascii(text.substr(at, 2)));
  if (found == known_.end()) return 0;
  const bool inside_word = at > 0 && is_word(text[at - 1]);
  for (const Known& candidate : found->second) {
    const std::size_t size = candidate.lower.size();
    if (place == TextPlace::kPath && (candidate.kind == Kind::kName || size < kAnywhere)) continue;
    const bool anywhere = candidate.kind == Kind::kIdentifier && size >= kAnywhere;
    if (!anywhere && (inside_word || word_at(text, at + size))) continue;
    if (lower_ascii(text.substr(at, size)) != candidate.lower) continue;
    out += substitutes_.text(text.substr(at, size));
    return size;
  }
  return 0;
}

std::size_t TextRedaction::pattern(std::string_view text, std::size_t at, TextPlace place,
                                   std::string& out) const {
  // Behind a colon may be the rest of a longer address, but a whole UUID or IPv4 address as well.
  const bool behind_colon = at > 0 && text[at - 1] == ':';
  if (const std::size_t size = uuid(text, at, out)) return size;
  if (!behind_colon) {
    if (const std::size_t size = mac(text, at, out)) return size;
    if (const std::size_t size = plain_mac(text, at, out)) return size;
  }
  if (place == TextPlace::kFirmware) return 0;
  if (!behind_colon) {
    if (const std::size_t size = ipv6(text, at, out)) return size;
  }
  return is_digit(text[at]) ? ipv4(text, at, out) : 0;
}

std::string TextRedaction::operator()(std::string_view text, TextPlace place) const {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    std::size_t size = known(text, at, place, out);
    const char before = at == 0 ? ' ' : text[at - 1];
    const char now = text[at];
    // Addresses begin where a word does, and not behind "1." of a longer version.
    const bool begins = !is_word(before) && before != '.' &&
                        (is_hex(now) || now == ':' || now == 'w' || now == 'i');
    if (size == 0 && begins) size = pattern(text, at, place, out);
    if (size == 0) {
      out += now;
      size = 1;
    }
    at += size;
  }
  return out;
}

}  // namespace muster::agent
