// SPDX-License-Identifier: Apache-2.0
#include "agent/host/substitutes.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include "common/inventory/placeholders.h"
#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::agent::host {
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

// Too short to be anybody's.
bool is_short(std::string_view value) {
  return trim(value).size() < 3;
}

// Names that say nothing of whoever has them.
constexpr std::string_view kCommonNames[] = {
    "localhost",     "localhost.localdomain",
    "localdomain",   "ip6-localhost",
    "ip6-loopback",  "debian",
    "ubuntu",        "fedora",
    "centos",        "rocky",
    "almalinux",     "opensuse",
    "alpine",        "arch",
    "linux",         "admin",
    "user",          "guest",
    "vagrant",       "ec2-user",
    "azureuser",     "raspberrypi",
    "cloud-user",    "core",
    "test",          "root",
    "broadcasthost", "(none)",
    "lost+found",
};

bool is_long_hex(std::string_view value) {
  const auto others = [](char c) { return !is_hex(c) && c != '-' && c != ':' && c != '.'; };
  if (std::any_of(value.begin(), value.end(), others)) return false;
  const auto digits = static_cast<std::size_t>(std::count_if(value.begin(), value.end(), is_hex));
  return digits >= kLongHexDigits && !std::all_of(value.begin(), value.end(), is_digit);
}

}  // namespace

bool is_placeholder(std::string_view value) {
  return is_short(value) ||
         inventory::is_placeholder(value, inventory::FirmwareText::kSerialNumber);
}

bool is_common_name(std::string_view name) {
  return std::find(std::begin(kCommonNames), std::end(kCommonNames), lower_ascii(name)) !=
         std::end(kCommonNames);
}

std::size_t identifier_prefix_bytes(std::string_view value) {
  // The last ones are of device mapper: names of subsystems before their identifier (dm/uuid).
  constexpr std::string_view kPrefixes[] = {
      "wwn-0x", "naa.",   "eui.",         "uuid.",        "nvme.",        "0x",
      "mpath-", "lvm-",   "crypt-luks1-", "crypt-luks2-", "crypt-plain-", "dmraid-",
      "part1-", "part2-", "part3-",       "part4-",       "part5-",       "crypt-verity-",
  };
  constexpr std::size_t kLongestPrefixes = 3;
  const std::string key = lower_ascii(value);
  std::size_t size = 0;
  for (std::size_t i = 0; i < kLongestPrefixes; ++i) {
    const std::string_view rest = std::string_view(key).substr(size);
    const auto* const found =
        std::find_if(std::begin(kPrefixes), std::end(kPrefixes),
                     [&](std::string_view prefix) { return rest.starts_with(prefix); });
    if (found == std::end(kPrefixes)) break;
    size += found->size();
  }
  // scsi_id(8) puts the type of the identifier before it: 2 is EUI-64, 3 NAA.
  const std::string_view rest = std::string_view(key).substr(size);
  const bool typed = key.substr(0, size).ends_with("mpath-") && rest.size() >= 17 &&
                     (rest[0] == '2' || rest[0] == '3');
  if (typed) ++size;
  return size < value.size() ? size : 0;
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
  return is_placeholder(value) ? std::string(value) : letters(value);
}

std::string Substitutes::name(std::string_view value) const {
  return is_short(value) ? std::string(value) : letters(value);
}

std::string Substitutes::letters(std::string_view value) const {
  const std::string key = lower_ascii(value);
  const std::size_t prefix = identifier_prefix_bytes(value);
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

std::string Substitutes::host_name(std::string_view name) const {
  const std::string_view own = name.substr(0, name.find('.'));
  std::string out = is_common_name(own) ? std::string(own) : this->name(own);
  if (own.size() < name.size()) out += '.' + domain(name.substr(own.size() + 1));
  return out;
}

std::string Substitutes::domain(std::string_view name) const {
  std::string out;
  bool first = true;
  for (const std::string_view label : split(name, '.')) {
    if (!first) out += '.';
    first = false;
    out += is_common_name(label) ? std::string(label) : letters(label);
  }
  return out;
}

std::string Substitutes::uuid(std::string_view text) const {
  const std::string key = lower_ascii(text);
  if (inventory::is_placeholder_uuid(key) ||
      std::find(std::begin(kKnownUuids), std::end(kKnownUuids), key) != std::end(kKnownUuids)) {
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

}  // namespace muster::agent::host
