// SPDX-License-Identifier: Apache-2.0
#include "agent/host/redact_text.h"

#include <algorithm>

#include "common/support/text.h"

namespace muster::agent::host {
namespace {

constexpr std::size_t kAnywhere = 8;  // longer identifiers are found inside words as well

// Shorter identifiers are found in paths as words of their own that no kernel gives: "QM00001", but
// neither "disk1" nor "00001".
bool is_telling_word(std::string_view identifier) {
  constexpr std::size_t kLeast = 5;
  const std::size_t digits = identifier.find_first_of("0123456789");
  if (identifier.size() < kLeast || digits == std::string_view::npos) return false;
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const std::string_view head = identifier.substr(0, digits);
  return !std::all_of(head.begin(), head.end(), is_lower) ||
         !std::all_of(identifier.begin() + static_cast<std::ptrdiff_t>(digits), identifier.end(),
                      is_digit);
}

std::string with_dashes_doubled(std::string_view text) {
  std::string out;
  for (const char c : text)
    out.append(c == '-' ? 2 : 1, c);
  return out;
}

std::string with_dashes_single(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text.substr(i, 2) == "--") ++i;
  }
  return out;
}

// The part of a path that begins at `at`.
std::string_view path_part(std::string_view text, std::size_t at) {
  return text.substr(at,
                     text.find_first_of(std::string_view("/ \t\n:,;\"'\\()[]<>\0", 17), at) - at);
}

}  // namespace

bool is_word_byte(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
}
bool word_byte_at(std::string_view text, std::size_t at) {
  return at < text.size() && is_word_byte(text[at]);
}

void TextRedaction::add(std::string_view value, Kind kind) {
  value = trim(value);
  constexpr std::size_t kShortest = 3;
  if (kind == Kind::kIdentifier ? is_placeholder(value) : value.size() < kShortest) return;
  add_known(value, kind, false);
  // "naa.5000c500..." is "wwn-0x5000c500..." and "35000c500..." elsewhere.
  const std::size_t prefix = kind == Kind::kIdentifier ? identifier_prefix_bytes(value) : 0;
  if (prefix > 0 && value.size() - prefix >= kAnywhere && !is_placeholder(value.substr(prefix)))
    add_known(value.substr(prefix), kind, false);
  if (kind == Kind::kName && value.find('-') != std::string_view::npos)
    add_known(with_dashes_doubled(value), kind, true);
}

void TextRedaction::add_known(std::string_view value, Kind kind, bool doubled) {
  std::string lower = lower_ascii(value);
  auto& same_start = known_[lower.substr(0, 2)];
  if (std::any_of(same_start.begin(), same_start.end(),
                  [&](const Known& other) { return other.lower == lower; })) {
    return;
  }
  same_start.push_back({std::move(lower), kind, doubled, is_telling_word(value)});
  std::sort(same_start.begin(), same_start.end(), [](const Known& a, const Known& b) {
    return a.lower.size() != b.lower.size() ? a.lower.size() > b.lower.size() : a.lower < b.lower;
  });
}

std::string TextRedaction::substitute(std::string_view text, const Known& known) const {
  if (known.kind == Kind::kHostName) return substitutes_.host_name(text);
  if (known.kind == Kind::kDomain) return substitutes_.domain(text);
  if (known.kind == Kind::kIdentifier) return substitutes_.text(text);
  if (!known.doubled) return substitutes_.name(text);
  std::string out = with_dashes_doubled(substitutes_.name(with_dashes_single(text)));
  return out.size() == text.size() ? out : substitutes_.name(text);
}

// "/home/NAME", "/media/NAME/...", "/run/media/NAME": somebody's, also where the account is kept on
// another machine (LDAP) and so not known here. Homes may be one folder deeper, sorted by domain or
// group, so the next part is hidden too, unless it is a file that begins with a dot.
std::size_t TextRedaction::person(std::string_view text, std::size_t at, std::string& out) const {
  constexpr std::string_view kVolumes = "/media/";
  const auto hide = [&](std::string_view name) {
    out += is_common_name(name) ? std::string(name) : substitutes_.name(name);
  };
  for (const std::string_view folder :
       {std::string_view("/home/"), std::string_view("/homes/"), std::string_view("/users/"),
        std::string_view("/Users/"), std::string_view("/run/media/"), kVolumes}) {
    if (text.substr(at, folder.size()) != folder) continue;
    const std::size_t begin = at + folder.size();
    const std::string_view name = path_part(text, begin);
    const bool has_more = text.substr(begin + name.size()).starts_with('/');
    // What stands directly in /media is a volume.
    if (name.empty() || (folder == kVolumes && !has_more)) return 0;
    out += folder;
    hide(name);
    std::size_t size = folder.size() + name.size();
    const std::string_view inner = path_part(text, std::min(at + size + 1, text.size()));
    if (!folder.ends_with("media/") && has_more && !inner.starts_with('.')) {
      out += '/';
      hide(inner);
      size += 1 + inner.size();
    }
    return size;
  }
  return 0;
}

std::size_t TextRedaction::known(std::string_view text, std::size_t at, TextPlace place,
                                 std::string& out) const {
  const auto found = known_.find(lower_ascii(text.substr(at, 2)));
  if (found == known_.end()) return 0;
  const bool inside_word = at > 0 && is_word_byte(text[at - 1]);
  for (const Known& candidate : found->second) {
    const std::size_t size = candidate.lower.size();
    if (place == TextPlace::kPath &&
        (candidate.kind != Kind::kIdentifier || (size < kAnywhere && !candidate.telling))) {
      continue;
    }
    const bool anywhere = candidate.kind == Kind::kIdentifier && size >= kAnywhere;
    if (!anywhere && (inside_word || word_byte_at(text, at + size))) continue;
    if (lower_ascii(text.substr(at, size)) != candidate.lower) continue;
    out += substitute(text.substr(at, size), candidate);
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
    if (const std::size_t size = long_address(text, at, out)) return size;
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
    const bool begins = !is_word_byte(before) && before != '.' &&
                        (is_hex(now) || now == ':' || now == 'w' || now == 'i');
    if (size == 0 && begins) size = pattern(text, at, place, out);
    if (size == 0 && now == '/' && place != TextPlace::kFirmware) size = person(text, at, out);
    if (size == 0) {
      out += now;
      size = 1;
    }
    at += size;
  }
  return out;
}

}  // namespace muster::agent::host
