// SPDX-License-Identifier: Apache-2.0
#include "agent/host/redact.h"

#include <algorithm>
#include <array>
#include <set>

#include "agent/host/redact_binary.h"
#include "agent/host/redact_text.h"
#include "agent/host/substitutes.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

using Kind = TextRedaction::Kind;

constexpr std::int64_t kFirstPerson = 1000;  // login.defs(5): UID_MIN
constexpr std::int64_t kNobody = 65534;
constexpr std::string_view kHome = "/home/";

// What the distribution installed is the same everywhere, and versions in it look like addresses.
constexpr std::string_view kDistribution[] = {
    "/var/lib/dpkg/", "/var/lib/rpm/", "/var/lib/flatpak/",   "/usr/",
    "/lib/",          "/snap/",        "/etc/debian_version", "/etc/os-release",
};

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
};

constexpr std::string_view kSecretWords[] = {"password",   "passwd", "passphrase", "secret",
                                             "credential", "token",  "pass"};

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

bool is_distribution(std::string_view path) {
  return std::any_of(std::begin(kDistribution), std::end(kDistribution),
                     [&](std::string_view start) { return path.starts_with(start); });
}

bool is_smbios_table(std::string_view path) {
  return path == "/sys/firmware/dmi/tables/DMI";
}

// Files whose whole content is an identifier.
bool is_identifier_file(std::string_view path) {
  const std::string name = lower_ascii(base_name(path));
  constexpr std::string_view kNames[] = {"wwid",
                                         "wwn",
                                         "eui",
                                         "nguid",
                                         "uuid",
                                         "unique_id",
                                         "machine-id",
                                         "system-id",
                                         "sas_address",
                                         "port_name",
                                         "targetname",
                                         "persistent_address",
                                         "ibm,partition-name"};
  return name.find("serial") != std::string::npos || name.find("asset_tag") != std::string::npos ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool has_identifier_lines(std::string_view path) {
  return path.starts_with("/run/udev/data/") || path == "/proc/cpuinfo" ||
         path == "/proc/sysinfo" || base_name(path) == "uevent";
}

bool is_common_name(std::string_view name) {
  return std::find(std::begin(kCommonNames), std::end(kCommonNames), lower_ascii(name)) !=
         std::end(kCommonNames);
}

// A UUID or a hardware address has a substitute of its own kind, wherever it stands.
bool is_own_kind(std::string_view value) {
  const bool mac = value.size() == 17 && std::count(value.begin(), value.end(), ':') == 5;
  return mac || is_uuid(lower_ascii(value));
}

class Redaction {
 public:
  explicit Redaction(std::string secret) : substitutes_(std::move(secret)), text_(substitutes_) {}

  void learn(const CaptureEntry& entry);
  CaptureEntry apply(CaptureEntry entry) const;

 private:
  void learn_identifier(std::string_view value);
  void learn_name(std::string_view value);
  void learn_host_name(std::string_view value);
  void learn_identifier_lines(std::string_view text);
  void learn_people(std::string_view passwd);
  void learn_name_service(std::string_view path, std::string_view text);

  std::string path(std::string_view subject) const;
  std::string names(std::string_view directory, std::string_view answer) const;
  std::string content(std::string_view subject, std::string_view bytes) const;
  std::string device_identifiers(std::string_view page) const;
  std::string hex_addresses(std::string_view text, bool network_order) const;
  static std::string without_secrets(std::string text);

  Substitutes substitutes_;
  TextRedaction text_;
  std::set<std::string, std::less<>> people_;
};

void Redaction::learn_identifier(std::string_view value) {
  value = trim(value.substr(0, value.find('\0')));  // device tree texts end with NUL
  if (!is_own_kind(value)) text_.add(value, Kind::kIdentifier);
}

void Redaction::learn_name(std::string_view value) {
  if (!is_common_name(trim(value))) text_.add(value, Kind::kName);
}

// The whole name, the host's part and the domain.
void Redaction::learn_host_name(std::string_view value) {
  value = trim(value);
  learn_name(value);
  const std::size_t dot = value.find('.');
  if (dot == std::string_view::npos) return;
  learn_name(value.substr(0, dot));
  if (value.find('.', dot + 1) != std::string_view::npos) learn_name(value.substr(dot + 1));
}

void Redaction::learn_identifier_lines(std::string_view text) {
  const bool has_short = text.find("ID_SERIAL_SHORT=") != std::string_view::npos;
  for (std::string_view line : lines(text)) {
    if (line.starts_with("E:")) line.remove_prefix(2);
    const std::size_t end = line.find_first_of("=:");
    if (end == std::string_view::npos) continue;
    const std::string key = lower_ascii(trim(line.substr(0, end)));
    const std::string_view value = trim(line.substr(end + 1));
    // ID_SERIAL is the model and ID_SERIAL_SHORT: the model may be known.
    if (key == "id_serial" && has_short) continue;
    const bool identifier = key.find("serial") != std::string::npos ||
                            key.find("wwn") != std::string::npos ||
                            key.find("uuid") != std::string::npos || key == "sequence code";
    const bool has_digit = value.find_first_of("0123456789") != std::string_view::npos;
    if (identifier && has_digit && value.size() >= 4 && !value.starts_with('/')) {
      learn_identifier(value);
    }
  }
}

void Redaction::learn_people(std::string_view passwd) {
  for (const std::string_view line : lines(passwd)) {
    const auto fields = split(line, ':');
    const auto uid = fields.size() < 7 ? std::nullopt : parse_integer(fields[2]);
    if (!uid || *uid < kFirstPerson || *uid == kNobody) continue;
    if (!is_common_name(fields[0])) people_.emplace(fields[0]);
    learn_name(fields[0]);
    // Full name, room, telephone numbers.
    for (const std::string_view part : split(fields[4], ','))
      learn_name(part);
  }
}

void Redaction::learn_name_service(std::string_view path, std::string_view text) {
  for (std::string_view line : lines(text)) {
    std::string plain(line.substr(0, line.find('#')));
    std::replace(plain.begin(), plain.end(), '\t', ' ');
    const auto words = split(plain, ' ');
    const bool wanted = path == "/etc/hosts" || words[0] == "search" || words[0] == "domain";
    for (std::size_t i = 1; wanted && i < words.size(); ++i)
      learn_host_name(words[i]);
  }
}

void Redaction::learn(const CaptureEntry& entry) {
  if (entry.question != Question::kRead || entry.failure) return;
  const std::string_view path = entry.subject;
  const std::string_view bytes = entry.answer;
  if (is_smbios_table(path)) {
    for (const std::string& serial : smbios_serials(bytes))
      learn_identifier(serial);
  } else if (path == "/proc/sys/kernel/hostname" || path == "/etc/hostname") {
    learn_host_name(bytes);
  } else if (path == "/etc/passwd") {
    learn_people(bytes);
  } else if (path == "/etc/hosts" || path == "/etc/resolv.conf") {
    learn_name_service(path, bytes);
  } else if (base_name(path) == "vpd_pg80" && bytes.size() > 4) {
    learn_identifier(bytes.substr(4));  // SPC-4, 7.8.15: unit serial number
  } else if (!is_distribution(path) && is_identifier_file(path)) {
    learn_identifier(bytes);
  }
  if (has_identifier_lines(path)) learn_identifier_lines(bytes);
}

std::string Redaction::path(std::string_view subject) const {
  std::string out = text_(subject, TextPlace::kPath);
  if (!subject.starts_with(kHome)) return out;
  const std::string_view rest = subject.substr(kHome.size());
  const std::string_view person = rest.substr(0, rest.find('/'));
  if (people_.contains(person)) {
    out.replace(kHome.size(), person.size(), substitutes_.text(person));
  }
  return out;
}

std::string Redaction::names(std::string_view directory, std::string_view answer) const {
  const auto found = decode_names(answer);
  if (!found) return {};
  std::vector<std::string> out;
  for (const std::string& name : *found) {
    const bool person = directory == "/home" && people_.contains(name);
    out.push_back(person ? substitutes_.text(name) : text_(name, TextPlace::kPath));
  }
  std::sort(out.begin(), out.end());
  return encode_names(out);
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

// Addresses as 8 or 32 hexadecimal digits: /proc/net/route, tcp, udp and if_inet6. But for the
// last, words are in the byte order of the machine, which is little-endian wherever we run.
std::string Redaction::hex_addresses(std::string_view text, bool network_order) const {
  const auto is_hex = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  const auto turn = [&](std::string bytes) {
    if (network_order) return bytes;
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

std::string Redaction::content(std::string_view subject, std::string_view bytes) const {
  if (is_distribution(subject)) return std::string(bytes);
  if (is_smbios_table(subject)) {
    return text_(redact_smbios(bytes, substitutes_), TextPlace::kFirmware);
  }
  const std::string_view name = base_name(subject);
  if (name == "edid") return redact_edid(bytes, substitutes_);
  if (name == "vpd_pg83") return device_identifiers(bytes);
  if (name == "vpd_pg89") return redact_ata_identity(bytes);
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
    entry.answer = path(entry.answer);
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

}  // namespace

std::vector<CaptureEntry> redact(std::vector<CaptureEntry> entries, std::string secret) {
  Redaction redaction(std::move(secret));
  for (const CaptureEntry& entry : entries)
    redaction.learn(entry);
  for (CaptureEntry& entry : entries)
    entry = redaction.apply(std::move(entry));
  return entries;
}

}  // namespace muster::agent
