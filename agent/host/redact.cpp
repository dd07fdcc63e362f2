// SPDX-License-Identifier: Apache-2.0
// Redaction goes over all entries of a capture several times, since a value may stand in an entry
// before the one that shows it to be private:
//
//   1. learn_accounts   system accounts and people, from /etc/passwd: they decide whether a member
//                       of a group is a person
//   2. learn            serial numbers, names of hosts and people, mounts (redact_learn.cpp)
//   3. learn_networks   prefixes of IPv4 networks; last, because /proc/net/route can be read only
//                       when the byte order of the machine is known
//   4. apply            replaces each entry: its subject, then its answer by the kind of question
//
// Invariants, without which a replay would give other rows than the machine:
//   - A substitute has the length and the form of the value, so columns, offsets and fixed fields
//     of binary tables stay right.
//   - One value has one substitute in the whole capture. A path has the same one as a subject, in
//     the listing of its folder, as the target of a link, in the list of mounts and in messages of
//     failures; a WWN has the same one in text and in binary. Collectors read it in one place and
//     ask for it in another.
//   - Files that the distribution installed stay byte by byte (is_distribution).
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
  // With the substitute that the list of mounts has for it: a collector reads the list and then
  // asks for the path.
  if (mounted_.contains(subject) && !is_kernel_path(subject)) return mount_field(subject);
  if (subject.starts_with(kLabels)) {
    return std::string(kLabels) +
           through_escape(subject.substr(kLabels.size()), "\\x20", [&](std::string_view label) {
             return text_(label, TextPlace::kContent);
           });
  }
  std::string out = text_(subject, TextPlace::kPath);
  // Parts that are names of mounted devices (LVM volumes, named by people) are replaced as in text;
  // in other parts of a path names stay, since they may be any word.
  for (std::size_t at = 0; at < subject.size();) {
    const std::string_view part = subject.substr(at, subject.find('/', at) - at);
    if (devices_.contains(part)) out.replace(at, part.size(), text_(part, TextPlace::kContent));
    at += part.size() + 1;
  }
  return out;
}

// Each name gets the substitute that it has in the path of its entry. The list is sorted anew,
// since substitutes have another order.
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

// The login in an option or source of a network file system is replaced as a name, the rest as
// text.
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

// The message of a failure contains the path that it is about: that part gets the path's
// substitute.
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

// Addresses as 8 or 32 hexadecimal digits: /proc/net/route, tcp, udp and if_inet6. Words of 32 bits
// are in the byte order of the machine, except in if_inet6. They are turned into network order for
// the substitute and back, so that an address has the one that it has elsewhere.
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

// Blanks the value of "password=..." and the like, to the end of the setting.
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

// The hardware address of a tunnel over IPv4 has four bytes ("0a:00:00:01"). In other texts that
// may be anything, so only this file is read so; longer addresses are found by their form.
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

// Environment variables may contain anything. Collectors need only `container`; the values and
// names of all others are blanked.
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
  // Forms of their own come before the rules for text at the end, which know nothing of checksums,
  // binary designators and byte order.
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
    case Question::kUname:
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
