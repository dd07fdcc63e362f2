// SPDX-License-Identifier: Apache-2.0
#include "agent/host/redact_places.h"

#include <algorithm>
#include <iterator>

#include "common/support/text.h"

namespace muster::agent::places {
namespace {

// What the distribution installed is the same everywhere, and versions in it look like addresses.
constexpr std::string_view kDistribution[] = {
    "/var/lib/dpkg/",
    "/var/lib/rpm/",
    "/var/lib/flatpak/",
    "/usr/",
    "/lib/",
    "/snap/",
    "/etc/debian_version",
    "/etc/os-release",
    "/var/lib/opkg/",
    "/var/lib/pacman/",
    "/var/db/",
    "/nix/",
    "/etc/lsb-release",
};

}  // namespace

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

bool is_identifier_file(std::string_view path) {
  const std::string name = lower_ascii(base_name(path));
  constexpr std::string_view kNames[] = {"wwid",        "wwn",
                                         "eui",         "nguid",
                                         "uuid",        "unique_id",
                                         "machine-id",  "system-id",
                                         "sas_address", "port_name",
                                         "targetname",  "persistent_address",
                                         "ieee1394_id", "ibm,partition-name"};
  return name.find("serial") != std::string::npos || name.find("asset_tag") != std::string::npos ||
         std::find(std::begin(kNames), std::end(kNames), name) != std::end(kNames);
}

bool has_identifier_lines(std::string_view path) {
  return path.starts_with("/run/udev/data/") || path == "/proc/cpuinfo" ||
         path == "/proc/sysinfo" || base_name(path) == "uevent";
}

bool is_mount_list(std::string_view path) {
  const std::string_view name = base_name(path);
  return name == "mountinfo" || path == "/proc/mounts" || path == "/etc/fstab";
}

std::pair<std::size_t, std::size_t> login_in_mount(std::string_view option) {
  for (const std::string_view key : {"username=", "user=", "domain="}) {
    if (option.starts_with(key)) return {key.size(), option.size() - key.size()};
  }
  const std::size_t end = option.find('@');
  if (end == std::string_view::npos || option.find(':', end) == std::string_view::npos) return {};
  const std::size_t before = option.substr(0, end).find_last_of("/#=");
  if (before != std::string_view::npos && option[before] == '/') return {};  // a path
  const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
  // Lustre has addresses there: "192.0.2.1@tcp:/folder".
  const std::string_view name = option.substr(begin, end - begin);
  if (name.find_first_not_of("0123456789.") == std::string_view::npos) return {};
  return {begin, name.size()};
}

bool is_kernel_path(std::string_view path) {
  return path.starts_with("/proc") || path.starts_with("/sys") || path == "/dev";
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (text.substr(at, from.size()) == from) {
      out += to;
      at += from.size();
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace muster::agent::places
