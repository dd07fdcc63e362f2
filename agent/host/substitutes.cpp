// SPDX-License-Identifier: Apache-2.0
#include "agent/host/substitutes.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kLongHexDigits = 8;

bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
char to_upper(char c) {
  return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

// UUIDs that name a kind of thing, not a thing.
constexpr std::string_view kKnownUuids[] = {
    "00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff",
    "8be4df61-93ca-11d2-aa0d-00e098032b8c",  // EFI global variables
    "d719b2cb-3d3a-4596-a3bc-dad00e67656f",  // EFI image security database
    "c12a7328-f81f-11d2-ba4b-00a0c93ec93b",  // EFI system partition
    "0fc63daf-8483-4772-8e79-3d69d8477de4",  // Linux file system
    "4f68bce3-e8cd-4db1-96e7-fbcaf984b709",  // Linux root, x86-64
    "0657fd6d-a4ab-43c4-84e5-0933c84b4f4f",  // Linux swap
    "e6d6d379-f507-44c2-a23c-238f2a3df928",  // Linux LVM
    "21686148-6449-6e6f-744e-656564454649",  // BIOS boot partition
    "ebd0a0a2-b9e5-4433-87c0-68b6b72699c7",  // Microsoft basic data
    "e3c9e316-0b5c-4db8-817d-f92df00215ae",  // Microsoft reserved
    "de94bba4-06d1-4d40-a16a-bfd50179d6ac",  // Windows recovery
};

constexpr std::string_view kPlaceholders[] = {
    "none",
    "default string",
    "to be filled by o.e.m.",
    "not specified",
    "n/a",
    "unknown",
    "system serial number",
    "system manufacturer",
    "chassis serial number",
    "base board serial number",
    "not available",
    "not applicable",
    "no asset tag",
    "no asset information",
    "asset tag",
    "asset-1234567890",
    "0123456789",
    "123456789",
    "1234567890",
    "empty",
    "invalid",
    "oem",
    "no dimm",
    "undefined",
};

// "0x", "naa." and the like say how the rest is written.
std::size_t prefix_bytes(std::string_view value) {
  for (const std::string_view prefix : {"wwn-0x", "naa.", "eui.", "uuid.", "nvme.", "0x"}) {
    if (value.starts_with(prefix)) return prefix.size();
  }
  return 0;
}

bool is_long_hex(std::string_view value) {
  const auto others = [](char c) { return !is_hex(c) && c != '-' && c != ':' && c != '.'; };
  if (std::any_of(value.begin(), value.end(), others)) return false;
  const auto digits = static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_hex));
  return digits >= kLongHexDigits && !std::all_of(value.begin(), value.end(), is_digit);
}

// The values 0 ... size-1 in an order that `random` decides.
template <std::size_t kSize>
std::array<unsigned, kSize> shuffled(std::string_view random, std::size_t first) {
  std::array<unsigned, kSize> order = {};
  for (std::size_t i = 0; i < kSize; ++i)
    order[i] = static_cast<unsigned>(i);
  for (std::size_t i = kSize - 1; i > first; --i) {
    const std::size_t span = i - first + 1;
    std::swap(order[i], order[first + static_cast<unsigned char>(random[i]) % span]);
  }
  return order;
}

std::size_t decimal_digits(unsigned value) {
  return value < 10 ? 1 : value < 100 ? 2 : 3;
}

// Parts of an IPv4 address that say what kind of address it is, and network and broadcast parts.
bool stays(std::string_view before, unsigned value) {
  if (value == 0 || value == 255) return true;
  const auto first = before.empty() ? value : static_cast<unsigned char>(before[0]);
  if (first == 127 || first >= 224) return true;
  if (before.empty()) {
    return value == 10 || value == 100 || value == 169 || value == 172 || value == 192;
  }
  if (before.size() != 1) return false;
  return (first == 172 && value >= 16 && value <= 31) || (first == 192 && value == 168) ||
         (first == 169 && value == 254) || (first == 100 && value >= 64 && value <= 127);
}

}  // namespace

bool is_placeholder(std::string_view value) {
  const std::string text = lower_ascii(trim(value));
  if (text.size() < 3) return true;  // too short to be anybody's
  if (std::all_of(text.begin(), text.end(), [&](char c) { return c == text[0]; })) return true;
  if (std::all_of(text.begin(), text.end(), [](char c) { return !is_digit(c) && !is_lower(c); }) &&
      std::none_of(text.begin(), text.end(), [](char c) { return (c & 0x80) != 0; })) {
    return true;
  }
  return std::find(std::begin(kPlaceholders), std::end(kPlaceholders), text) !=
         std::end(kPlaceholders);
}

std::string Substitutes::stream(std::string_view kind, std::string_view value,
                                std::size_t size) const {
  std::string out;
  for (int block = 0; out.size() < size; ++block) {
    std::string message(kind);
    message += '\0';
    message += std::to_string(block);
    message += '\0';
    message += value;
    out += hmac_sha256(secret_, message);
  }
  return out;
}

std::string Substitutes::text(std::string_view value) const {
  if (is_placeholder(value)) return std::string(value);
  const std::string key = lower_ascii(value);
  const std::size_t prefix = prefix_bytes(key);
  const bool hex = is_long_hex(std::string_view(key).substr(prefix));
  const bool upper = std::any_of(value.begin(), value.end(), is_upper);
  // Without the prefix, so that naa.5000c500... and 0x5000c500... are still one and the same.
  const std::string random =
      stream("text", std::string_view(key).substr(prefix), value.size() - prefix);
  std::string out(value.substr(0, prefix));
  bool first_digit = hex;
  for (std::size_t i = prefix; i < value.size(); ++i) {
    const char c = value[i];
    const auto number = static_cast<unsigned char>(random[i - prefix]);
    if (hex && is_hex(c)) {
      const char digit = kHexDigits[number % 16];
      out += first_digit ? c : upper ? to_upper(digit) : digit;
      first_digit = false;
    } else if (is_digit(c)) {
      out += static_cast<char>('0' + number % 10);
    } else if (is_lower(c)) {
      out += static_cast<char>('a' + number % 26);
    } else if (is_upper(c)) {
      out += static_cast<char>('A' + number % 26);
    } else {
      out += (c & 0x80) != 0 ? 'x' : c;
    }
  }
  return out;
}

std::string Substitutes::uuid(std::string_view text) const {
  const std::string key = lower_ascii(text);
  if (std::find(std::begin(kKnownUuids), std::end(kKnownUuids), key) != std::end(kKnownUuids)) {
    return std::string(text);
  }
  constexpr std::size_t kVersion = 14;
  constexpr std::size_t kVariant = 19;
  const bool upper = std::any_of(text.begin(), text.end(), is_upper);
  const std::string random = stream("uuid", key, text.size());
  std::string out(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_hex(text[i]) || i == kVersion || i == kVariant) continue;
    const char digit = kHexDigits[static_cast<unsigned char>(random[i]) % 16];
    out[i] = upper ? to_upper(digit) : digit;
  }
  return out;
}

std::string Substitutes::uuid_bytes(std::string_view bytes) const {
  constexpr std::array<std::size_t, 16> kOrder = {3, 2, 1,  0,  5,  4,  7,  6,
                                                  8, 9, 10, 11, 12, 13, 14, 15};
  std::string written;
  for (std::size_t i = 0; i < kOrder.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) written += '-';
    written += to_hex(bytes.substr(kOrder[i], 1));
  }
  std::string substitute = uuid(written);
  std::erase(substitute, '-');
  const std::string plain = from_hex(substitute).value_or(std::string(16, '\0'));
  std::string out(16, '\0');
  for (std::size_t i = 0; i < kOrder.size(); ++i)
    out[kOrder[i]] = plain[i];
  return out;
}

std::string Substitutes::mac(std::string_view bytes) const {
  if (bytes == std::string(6, '\0') || bytes == std::string(6, '\xff')) return std::string(bytes);
  return std::string(bytes.substr(0, 3)) + stream("mac", bytes, 3).substr(0, 3);
}

// A permutation of all parts that are written with as many digits, another one behind each prefix.
unsigned Substitutes::octet(std::string_view before, unsigned value) const {
  if (stays(before, value)) return value;
  std::vector<std::pair<std::string, unsigned>> order;
  std::size_t place = 0;
  for (unsigned other = 0; other < 256; ++other) {
    if (decimal_digits(other) != decimal_digits(value) || stays(before, other)) continue;
    if (other == value) place = order.size();
    order.emplace_back(stream("ipv4", std::string(before) + static_cast<char>(other), 1), other);
  }
  std::sort(order.begin(), order.end());
  std::vector<unsigned> plain;
  for (const auto& [random, other] : order)
    plain.push_back(other);
  return plain[place];
}

std::string Substitutes::ipv4(std::string_view bytes) const {
  std::string out;
  for (std::size_t i = 0; i < 4; ++i)
    out += static_cast<char>(octet(bytes.substr(0, i), static_cast<unsigned char>(bytes[i])));
  return out;
}

unsigned Substitutes::nibble(std::string_view before, unsigned value, bool leading) const {
  const std::string random = stream(leading ? "ipv6 leading" : "ipv6", before, 16);
  return shuffled<16>(random, leading ? 1 : 0)[value];  // a leading digit is never 0
}

std::string Substitutes::ipv6(std::string_view bytes) const {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  constexpr std::string_view kLoopback("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", 16);
  constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
  if (bytes == kLoopback || at(0) == 0xFF) return std::string(bytes);
  if (bytes.starts_with(kMapped)) return std::string(kMapped) + ipv4(bytes.substr(12));
  const bool link_local = at(0) == 0xFE;
  const bool unique_local = (at(0) & 0xFE) == 0xFC;
  // How many hexadecimal digits say what kind of address it is: fe80, fd, 2.
  const std::size_t kept = link_local ? 4 : unique_local ? 2 : 1;
  std::string out;
  std::string before;
  for (std::size_t group = 0; group < 8; ++group) {
    const unsigned value = at(2 * group) * 256U + at(2 * group + 1);
    unsigned substitute = 0;
    bool leading = true;
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const unsigned old = value >> (12 - 4 * digit) & 0xF;
      const bool blank = leading && old == 0;  // digits that are not written stay so
      const bool keep = blank || 4 * group + digit < kept;
      substitute = substitute * 16 + (keep ? old : nibble(before, old, leading));
      leading = blank;
      before += kHexDigits[old];
    }
    out += static_cast<char>(substitute >> 8);
    out += static_cast<char>(substitute & 0xFF);
  }
  return out;
}

}  // namespace muster::agent
