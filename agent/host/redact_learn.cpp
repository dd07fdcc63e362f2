// SPDX-License-Identifier: Apache-2.0
// What is private on a machine, as its own files tell.
#include <algorithm>

#include "agent/host/machine_architecture.h"
#include "agent/host/proc_route.h"
#include "agent/host/redact_binary.h"
#include "agent/host/redact_places.h"
#include "agent/host/redaction.h"
#include "common/support/text.h"

namespace muster::agent::host {

using namespace places;

namespace {

using Kind = TextRedaction::Kind;

constexpr std::int64_t kFirstPerson = 1000;  // login.defs(5): UID_MIN
constexpr std::int64_t kNobody = 65534;

// A UUID or a hardware address has a substitute of its own kind, wherever it stands.
bool is_own_kind(std::string_view value) {
  const bool mac = value.size() == 17 && std::count(value.begin(), value.end(), ':') == 5;
  return mac || is_uuid(lower_ascii(value));
}

}  // namespace

void Redaction::learn_identifier(std::string_view value) {
  value = trim(value.substr(0, value.find('\0')));  // device tree texts end with NUL
  if (is_own_kind(value)) return;
  text_.add(value, Kind::kIdentifier);
  // The GUID of a FireWire node before the number of the disk in it.
  const std::string_view node = value.substr(0, value.find(':'));
  if (node.size() == 16 && node.size() < value.size()) text_.add(node, Kind::kIdentifier);
}

void Redaction::learn_name(std::string_view value) {
  if (!is_common_name(trim(value))) text_.add(value, Kind::kName);
}

// The whole name, the host's part and the domains above it.
void Redaction::learn_host_name(std::string_view value) {
  value = trim(value);
  std::size_t dot = value.find('.');
  learn_name(value.substr(0, dot));
  if (is_common_name(value) || dot == std::string_view::npos) return;
  text_.add(value, Kind::kHostName);
  for (value.remove_prefix(dot + 1); value.find('.') != std::string_view::npos;
       value.remove_prefix(dot + 1)) {
    text_.add(value, Kind::kDomain);
    dot = value.find('.');
  }
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
                            key.find("uuid") != std::string::npos || key == "sequence code" ||
                            key.starts_with("scsi_ident_lun_");
    // What a z system's partition ("LPAR Name") and virtual machine ("VM00 Name") are called.
    if (key.ends_with(" name") && (key.starts_with("lpar") || key.starts_with("vm")))
      learn_name(value);
    const bool has_digit = value.find_first_of("0123456789") != std::string_view::npos;
    if (identifier && has_digit && value.size() >= 4 && !value.starts_with('/')) {
      learn_identifier(value);
    }
  }
}

void Redaction::learn_people(std::string_view passwd) {
  for (const std::string_view line : lines(passwd)) {
    // As in agent/collect/linux/people/users.h: blanks in front are skipped, the end may be
    // missing.
    const auto fields = split(line, ':');
    const auto uid = fields.size() < 4 ? std::nullopt : parse_integer(trim(fields[2]));
    if (!uid) continue;
    const std::string_view name = trim(fields[0]);
    if (*uid < kFirstPerson || *uid == kNobody) {
      system_accounts_.emplace(name);
      continue;
    }
    learn_name(name);
    if (fields.size() < 5) continue;
    // Full name, room, telephone numbers.
    for (const std::string_view part : split(fields[4], ','))
      learn_name(part);
  }
}

// Members may have their account on another machine (LDAP), and are people then.
void Redaction::learn_members(std::string_view group) {
  for (const std::string_view line : lines(group)) {
    const auto fields = split(line, ':');
    if (fields.size() < 4) continue;
    for (const std::string_view member : split(trim(fields[3]), ',')) {
      if (!system_accounts_.contains(member)) learn_name(member);
    }
  }
}

void Redaction::learn_mounts(std::string_view mounts) {
  for (const std::string_view line : lines(mounts)) {
    for (const std::string_view field : split(line, ' ')) {
      if (field.starts_with('/')) mounted_.insert(replaced(field, "\\040", " "));
      if (field.starts_with("/dev/")) devices_.emplace(base_name(field));
      for (const std::string_view option : split(field, ',')) {
        const auto [begin, size] = login_in_mount(option);
        const std::string_view login = option.substr(begin, size);
        if (!option.starts_with("domain=") && !system_accounts_.contains(login)) learn_name(login);
      }
    }
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

void Redaction::learn_accounts(const CaptureEntry& entry) {
  if (entry.question != Question::kRead || entry.failure) return;
  if (entry.subject == "/etc/passwd") learn_people(entry.answer);
}

void Redaction::learn(const CaptureEntry& entry) {
  if (entry.failure) return;
  if (entry.question == Question::kUname) {
    const auto name = decode_uname(entry.answer);
    if (name) machine_order_ = byte_order_of(name->architecture);
  }
  if (entry.question == Question::kNetlink) netlink_addresses_.push_back(entry.answer);
  if (entry.question != Question::kRead) return;
  const std::string_view path = entry.subject;
  const std::string_view bytes = entry.answer;
  if (is_smbios_table(path)) {
    for (const std::string& serial : smbios_serials(bytes))
      learn_identifier(serial);
  } else if (path == "/proc/sys/kernel/hostname" || path == "/etc/hostname") {
    learn_host_name(bytes);
  } else if (path == "/etc/group") {
    learn_members(bytes);
  } else if (is_mount_list(path)) {
    learn_mounts(bytes);
  } else if (path == "/proc/net/route") {
    routes_ = bytes;
  } else if (path == "/etc/hosts" || path == "/etc/resolv.conf") {
    learn_name_service(path, bytes);
  } else if (base_name(path) == "vpd_pg80" && bytes.size() > 4) {
    learn_identifier(bytes.substr(4));  // SPC-4, 7.8.15: unit serial number
  } else if (!is_distribution(path) && is_identifier_file(path)) {
    learn_identifier(bytes);
  }
  if (has_identifier_lines(path)) learn_identifier_lines(bytes);
}

std::endian Redaction::byte_order() const {
  const auto shown = byte_order_of_routes(routes_);
  return shown ? *shown : machine_order_.value_or(std::endian::little);
}

void Redaction::learn_networks() {
  for (const ProcRoute& route : parse_proc_route(routes_, byte_order())) {
    std::string bytes;
    for (const int shift : {24, 16, 8, 0})
      bytes += static_cast<char>(route.destination >> shift & 0xFF);
    substitutes_.add_network(bytes, static_cast<unsigned>(std::popcount(route.mask)));
  }
  for (const std::string& messages : netlink_addresses_) {
    for (const auto& [bytes, prefix_length] : netlink_networks(messages))
      substitutes_.add_network(bytes, prefix_length);
  }
}

}  // namespace muster::agent::host
