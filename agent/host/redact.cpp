// SPDX-License-Identifier: Apache-2.0
#include "agent/host/redact.h"

#include <algorithm>
#include <array>

#include "agent/host/redact_binary.h"
#include "agent/host/redact_places.h"
#include "agent/host/redaction.h"
#include "common/support/text.h"

namespace muster::agent::host {

using namespace places;

namespace {

constexpr std::string_view kLabels = "/dev/disk/by-label/";
constexpr std::string_view kSecretWords[] = {"password",   "passwd", "passphrase", "secret",
                                             "credential", "token",  "pass"};

}  // namespace

std::string Redaction::path(std::string_view subject) const {
  // As it stands in the list of mounts, or a replay would ask for another one.
  if (mounted_.contains(subject) && !is_kernel_path(subject)) return mount_field(subject);
  if (subject.starts_with(kLabels)) {
    return std::string(kLabels) +
           through_escape(subject.substr(kLabels.size()), "\\x20", [&](std::string_view label) {
             return text_(label, TextPlace::kContent);
           });
  }
  std::string out = text_(subject, TextPlace::kPath);
  // LVM's volumes have names that people gave, in /dev as in /sys.
  for (std::size_t at = 0; at < subject.size();) {
    const std::string_view part = subject.substr(at, subject.find('/', at) - at);
    if (devices_.contains(part)) out.replace(at, part.size(), text_(part, TextPlace::kContent));
    at += part.size() + 1;
  }
  return out;
}

// A name as it is in the path of what has it.
std::string Redaction::names(std::string_view directory, std::string_view answer) const {
  const auto found = decode_names(answer);
  if (!found) return {};
  std::vector<std::string> out;
  const std::string folder = std::string(directory) + (directory.ends_with('/') ? "" : "/");
  for (const std::string& name : *found)
    out.push_back(path(folder + name).substr(folder.size()));
  std::sort(out.begin(), out.end());
  return encode_names(out);
}

// Options and sources of network file systems name who mounted them.
std::string Redaction::mount_field(std::string_view field) const {
  std::string out;
  for (const std::string_view option : split(field, ',')) {
    if (option.data() != field.data()) out += ',';
    const auto [begin, size] = login_in_mount(option);
    const std::string_view name = option.substr(begin, size);
    out += text_(option.substr(0, begin), TextPlace::kContent);
    out += is_common_name(name) ? std::string(name) : substitutes_.name(name);
    out += text_(option.substr(begin + size), TextPlace::kContent);
  }
  return out;
}

std::string Redaction::mounts(std::string_view text) const {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
    out += through_escape(text.substr(at, end - at), "\\040",
                          [&](std::string_view field) { return mount_field(field); });
    if (end < text.size()) out += text[end];
    at = end + 1;
  }
  return out;
}

// A message names what it is about.
std::string Redaction::failure_message(std::string_view subject, std::string_view message) const {
  const std::string name = printable(subject);
  const std::string substitute = printable(path(subject));
  const std::size_t at = message.find(name);
  if (at == std::string_view::npos || substitute.size() != name.size())
    return text_(message, TextPlace::kContent);
  return text_(message.substr(0, at), TextPlace::kPath) + substitute +
         text_(message.substr(at + name.size()), TextPlace::kPath);
}

// SCSI VPD page 83h (SPC-4, 7.8.6): binary designators of type EUI-64 and NAA get the substitute
// that their text in `wwid` gets.
std::string Redaction::device_identifiers(std::string_view page) const {
  std::string out = text_(page, TextPlace::kFirmware);
  constexpr std::size_t kHeader = 4;
  std::size_t at = kHeader;
  while (page.size() > at && page.size() - at >= kHeader) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(page[at + i]); };
    const std::size_t size = byte(3);
    if (size > page.size() - at - kHeader) break;
    const bool binary = (byte(0) & 0x0F) == 1;
    const unsigned type = byte(1) & 0x0F;
    if (binary && (type == 2 || type == 3)) {
      const std::string digits = to_hex(page.substr(at + kHeader, size));
      const auto bytes = from_hex(substitutes_.text(digits));
      if (bytes && bytes->size() == size) out.replace(at + kHeader, size, *bytes);
    }
    at += kHeader + size;
  }
  return out;
}

// Addresses as 8 or 32 hexadecimal digits: /proc/net/route, tcp, udp and if_inet6. Except the
// last, words are in the byte order of the machine.
std::string Redaction::hex_addresses(std::string_view text, bool network_order) const {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  const auto turn = [&](std::string bytes) {
    if (network_order || byte_order() == std::endian::big) return bytes;
    for (auto word = bytes.begin(); word != bytes.end(); word += 4)
      std::reverse(word, word + 4);
    return bytes;
  };
  std::string out(text);
  for (std::size_t at = 0; at < out.size();) {
    std::size_t size = 0;
    while (at + size < out.size() && is_hex(out[at + size]))
      ++size;
    if (size == 8 || size == 32) {
      const std::string before = out.substr(at, size);
      const std::string bytes = turn(from_hex(before).value_or(std::string(size / 2, '\0')));
      const std::string substitute =
          to_hex(turn(size == 8 ? substitutes_.ipv4(bytes) : substitutes_.ipv6(bytes)));
      const bool lower = lower_ascii(before) == before;
      for (std::size_t i = 0; i < size; ++i) {
        const char c = substitute[i];
        out[at + i] = !lower && c >= 'a' ? static_cast<char>(c - 'a' + 'A') : c;
      }
    }
    at += size + 1;
  }
  return out;
}

// "password=..." and the like, up to where the setting ends.
std::string Redaction::without_secrets(std::string text) {
  const std::string lower = lower_ascii(text);
  for (const std::string_view word : kSecretWords) {
    for (std::size_t at = lower.find(word); at != std::string::npos;
         at = lower.find(word, at + 1)) {
      std::size_t value = at + word.size();
      while (value < text.size() && lower[value] >= 'a' && lower[value] <= 'z')
        ++value;  // passwords=, token_file= is a path and stays
      if (value >= text.size() || text[value] != '=') continue;
      for (++value; value < text.size(); ++value) {
        if (std::string_view(" \t\n,;\"'\0", 8).find(text[value]) != std::string_view::npos) break;
        text[value] = 'x';
      }
    }
  }
  return text;
}

// The address of an interface. That of a tunnel over IPv4 has four bytes, which look like many
// other things.
std::string Redaction::interface_address(std::string_view text) const {
  constexpr std::size_t kTunnel = 11;
  std::string digits(trim(text));
  if (digits.size() != kTunnel) return text_(text, TextPlace::kFirmware);
  std::erase(digits, ':');
  const auto bytes = from_hex(digits);
  if (!bytes || bytes->size() != 4) return text_(text, TextPlace::kFirmware);
  const std::string substitute = substitutes_.hardware_address(*bytes);
  std::string out;
  for (std::size_t i = 0; i < substitute.size(); ++i)
    out += (i > 0 ? ":" : "") + to_hex(std::string_view(substitute).substr(i, 1));
  return std::string(text).replace(text.find(trim(text)), kTunnel, out);
}

// The variables of a program say anything: that `container` is among them is all that is wanted.
std::string Redaction::environment(std::string_view bytes) {
  std::string out(bytes);
  std::size_t at = 0;
  for (const std::string_view variable : split(bytes, '\0')) {
    if (!variable.starts_with("container=")) out.replace(at, variable.size(), variable.size(), 'x');
    at += variable.size() + 1;
  }
  return out;
}

std::string Redaction::content(std::string_view subject, std::string_view bytes) const {
  if (is_distribution(subject)) return std::string(bytes);
  if (is_smbios_table(subject)) {
    return text_(redact_smbios(bytes, substitutes_), TextPlace::kFirmware);
  }
  if (is_mount_list(subject)) return without_secrets(mounts(bytes));
  const std::string_view name = base_name(subject);
  if (name == "address" && subject.starts_with("/sys/")) return interface_address(bytes);
  if (name == "edid") return redact_edid(bytes, substitutes_);
  if (name == "vpd_pg83") return device_identifiers(bytes);
  if (name == "vpd_pg89") return redact_ata_identity(bytes);
  if (subject == "/proc/1/environ") return environment(bytes);
  if (subject == "/proc/net/if_inet6") return hex_addresses(bytes, true);
  if (subject.starts_with("/proc/net/") &&
      (name == "route" || name.starts_with("tcp") || name.starts_with("udp"))) {
    return hex_addresses(bytes, false);
  }
  const bool firmware = subject.starts_with("/sys/");
  return without_secrets(text_(bytes, firmware ? TextPlace::kFirmware : TextPlace::kContent));
}

CaptureEntry Redaction::apply(CaptureEntry entry) const {
  const std::string subject = entry.subject;
  if (entry.question != Question::kNetlink) entry.subject = path(subject);
  if (entry.failure) {
    entry.answer = failure_message(subject, entry.answer);
    return entry;
  }
  switch (entry.question) {
    case Question::kRead:
      entry.answer = content(subject, entry.answer);
      break;
    case Question::kList:
      entry.answer = names(subject, entry.answer);
      break;
    case Question::kReadLink:
      entry.answer = path(entry.answer);
      break;
    case Question::kNetlink:
      entry.answer = redact_netlink(entry.answer, substitutes_, [this](std::string_view text) {
        return text_(text, TextPlace::kPath);
      });
      break;
    case Question::kStatus:
    case Question::kSpace:
    case Question::kMachineName:
      break;
  }
  return entry;
}

std::vector<CaptureEntry> redact(std::vector<CaptureEntry> entries, std::string secret) {
  Redaction redaction(std::move(secret));
  for (const CaptureEntry& entry : entries)
    redaction.learn_accounts(entry);
  for (const CaptureEntry& entry : entries)
    redaction.learn(entry);
  redaction.learn_networks();
  for (CaptureEntry& entry : entries)
    entry = redaction.apply(std::move(entry));
  return entries;
}

}  // namespace muster::agent::host
