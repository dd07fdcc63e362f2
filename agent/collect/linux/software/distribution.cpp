// SPDX-License-Identifier: Apache-2.0
// os-release comes first and is never contradicted. lsb-release only fills in what it leaves out,
// and only where both speak of one distribution and one release: Linux Mint 17 has Ubuntu's
// os-release and an lsb-release of its own. Without os-release, lsb-release names the system, else
// the first release file that says something.
#include "agent/collect/linux/software/distribution.h"

#include <algorithm>

#include "agent/collect/linux/software/os_release.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

using inventory::OperatingSystem;

std::optional<std::string> value_of(const Assignments& assignments, std::string_view name) {
  const auto found = assignments.find(name);
  if (found == assignments.end()) return std::nullopt;
  const std::string_view value = trim(found->second);
  // lsb_release(1) writes "n/a" for what it does not know; "rolling" is no version.
  if (value.empty() || value == "n/a" || value == "N/A" ||
      (name == "DISTRIB_RELEASE" && lower_ascii(value) == "rolling"))
    return std::nullopt;
  return std::string(value);
}

bool extends(std::string_view longer, std::string_view version) {
  return longer.starts_with(version) && longer.size() > version.size() &&
         longer[version.size()] == '.';
}

bool is_debian(const OperatingSystem& os) {
  return os.id == "debian" || os.id == "raspbian";
}

// VERSION_ID stays the same for years on Debian, Ubuntu and CentOS; the point release is what tells
// whether a machine is up to date.
std::optional<std::string> full_version(TextFiles& files, const Assignments& release,
                                        const OperatingSystem& os) {
  if (is_debian(os)) {
    if (auto version = files.line("/etc/debian_version")) return version;
  }
  if (os.id == "centos" && os.version_id) {
    const auto text = files.read("/etc/centos-release");
    const auto version = text ? parse_release_line(*text) : std::nullopt;
    if (version && extends(*version, *os.version_id)) return version;
  }
  if (const auto text = value_of(release, "VERSION"); text && os.version_id) {
    const std::string first = text->substr(0, text->find(' '));
    if (extends(first, *os.version_id)) return first;
  }
  return os.version_id;
}

// "8 (jessie)": Debian had no VERSION_CODENAME before Debian 9. Elsewhere what stands in
// parentheses is as often "Core", "Final" or "LTS".
std::optional<std::string> debian_codename(const Assignments& release) {
  const std::string version = value_of(release, "VERSION").value_or("");
  const std::size_t open = version.find('(');
  const std::size_t close = version.find(')', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  const std::string name = version.substr(open + 1, close - open - 1);
  const bool word =
      std::all_of(name.begin(), name.end(), [](char c) { return c >= 'a' && c <= 'z'; });
  return word ? text_or_nothing(name) : std::nullopt;
}

std::optional<std::string> id_of_lsb(const Assignments& lsb) {
  const auto name = value_of(lsb, "DISTRIB_ID");
  if (!name) return std::nullopt;
  if (auto id = id_of_distribution(*name)) return id;
  std::string id = lower_ascii(*name);
  const bool word = std::all_of(id.begin(), id.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || is_digit(c) || c == '.' || c == '_' || c == '-';
  });
  return word ? std::optional(std::move(id)) : std::nullopt;
}

void complete_from_lsb(const Assignments& lsb, OperatingSystem& os) {
  if (!os.id || id_of_lsb(lsb) != os.id) return;
  const auto release = value_of(lsb, "DISTRIB_RELEASE");
  if (!os.version_id && release) os.version_id = release;
  const bool one_release = !release || release == os.version_id ||
                           extends(*release, *os.version_id) || extends(*os.version_id, *release);
  if (!one_release) return;
  if (!os.version) os.version = os.version_id;
  if (!os.codename) os.codename = value_of(lsb, "DISTRIB_CODENAME");
}

void take_os_release(TextFiles& files, const Assignments& release, const Assignments& lsb,
                     OperatingSystem& os) {
  os.name = value_of(release, "NAME").value_or("Linux");  // os-release(5): its default
  os.id = value_of(release, "ID");
  os.version_id = value_of(release, "VERSION_ID");
  os.codename = value_of(release, "VERSION_CODENAME");
  os.build_id = value_of(release, "BUILD_ID");
  os.variant = value_of(release, "VARIANT");
  os.cpe_name = value_of(release, "CPE_NAME");
  os.version = full_version(files, release, os);
  complete_from_lsb(lsb, os);
  if (!os.codename && os.id == "ubuntu") os.codename = value_of(release, "UBUNTU_CODENAME");
  if (!os.codename && is_debian(os)) os.codename = debian_codename(release);
  if (!os.version && os.id == "gentoo") {
    if (const auto line = files.line("/etc/gentoo-release"))
      os.version = os.version_id = parse_release_line(*line);
  }
}

// "openSUSE 11.4 (x86_64)", "VERSION = 11.4", "CODENAME = Celadon"; "PATCHLEVEL = 3" is the service
// pack of SUSE Linux Enterprise, whose os-release has it as 11.3.
void take_suse_release(std::string_view text, OperatingSystem& os) {
  std::string version, level;
  for (const std::string_view line : lines(text)) {
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view name = trim(line.substr(0, equals));
    const std::string_view value = trim(line.substr(equals + 1));
    if (name == "VERSION") version = value;
    if (name == "PATCHLEVEL" && value != "0") level = value;
    if (name == "CODENAME") os.codename = text_or_nothing(value);
  }
  if (version.empty()) return;
  if (!level.empty()) version += "." + level;
  os.version = os.version_id = version;
}

// One line with a name and a version, which begins behind "release" or with the first digit.
bool take_release_line(TextFiles& files, std::string_view path, OperatingSystem& os) {
  const auto text = files.read(path);
  if (!text) return false;
  const std::string_view whole = without_byte_order_mark(*text);
  const std::string first(trim(whole.substr(0, whole.find('\n'))));
  os.name = release_line_name(first);
  if (!os.name) return false;
  os.id = id_of_distribution(*os.name);
  os.version = os.version_id = parse_release_line(first);
  if (path == "/etc/SuSE-release") take_suse_release(whole, os);
  return true;
}

// Their own files before /etc/redhat-release, in which Oracle's says that it is Red Hat's.
bool take_release_files(TextFiles& files, OperatingSystem& os) {
  for (const std::string_view path :
       {"/etc/oracle-release", "/etc/enterprise-release", "/etc/centos-release",
        "/etc/fedora-release", "/etc/redhat-release", "/etc/system-release", "/etc/SuSE-release",
        "/etc/mageia-release", "/etc/mandriva-release", "/etc/gentoo-release",
        "/etc/slackware-version"}) {
    if (take_release_line(files, path, os)) return true;
  }
  if (const auto alpine = files.line("/etc/alpine-release")) {
    os.name = "Alpine Linux";
    os.id = "alpine";
    os.version = os.version_id = alpine;
  } else if (files.host().status("/etc/arch-release")) {  // empty on purpose
    os.name = "Arch Linux";
    os.id = "arch";
  } else if (const auto debian = files.line("/etc/debian_version")) {
    os.name = "Debian GNU/Linux";
    os.id = "debian";
    os.version = debian;
  }
  return os.name.has_value();
}

}  // namespace

std::optional<std::string> id_of_distribution(std::string_view name) {
  struct Known {
    std::string_view beginning, id;
  };
  static constexpr Known kKnown[] = {
      {"almalinux", "almalinux"},
      {"alpine", "alpine"},
      {"amazon linux", "amzn"},
      {"arch", "arch"},
      {"centos", "centos"},
      {"cloudlinux", "cloudlinux"},
      {"debian", "debian"},
      {"enterprise linux enterprise linux", "ol"},  // Oracle's, to release 5
      {"fedora", "fedora"},
      {"gentoo", "gentoo"},
      {"linux mint", "linuxmint"},
      {"linuxmint", "linuxmint"},
      {"mageia", "mageia"},
      {"mandriva", "mandriva"},
      {"manjaro", "manjaro"},
      {"opensuse", "opensuse"},
      {"oracle linux", "ol"},
      {"red hat enterprise", "rhel"},
      {"redhatenterprise", "rhel"},
      {"rocky", "rocky"},
      {"scientific", "scientific"},
      {"slackware", "slackware"},
      {"suse linux enterprise desktop", "sled"},
      {"suse linux enterprise server", "sles"},
      {"ubuntu", "ubuntu"},
      {"virtuozzo", "virtuozzo"},
      {"xcp-ng", "xenenterprise"},
      {"xenserver", "xenenterprise"},
  };
  const std::string lower = lower_ascii(name);
  for (const Known& known : kKnown) {
    if (lower.starts_with(known.beginning)) return std::string(known.id);
  }
  return std::nullopt;
}

void read_distribution(TextFiles& files, OperatingSystem& os) {
  std::string_view says_nothing;
  Assignments release;
  for (const std::string_view path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto text = files.read(path);
    if (!text) continue;
    release = parse_assignments(*text);
    if (!release.empty()) break;
    if (says_nothing.empty()) says_nothing = path;
  }
  const Assignments lsb = parse_assignments(files.read("/etc/lsb-release").value_or(""));
  if (!release.empty()) return take_os_release(files, release, lsb, os);
  os.name = value_of(lsb, "DISTRIB_ID");
  if (os.name) {
    os.id = id_of_lsb(lsb);
    os.version = os.version_id = value_of(lsb, "DISTRIB_RELEASE");
    os.codename = value_of(lsb, "DISTRIB_CODENAME");
  } else if (!take_release_files(files, os) && !says_nothing.empty()) {
    files.note(std::string(says_nothing) + " is there and says nothing of the distribution.");
  }
}

}  // namespace muster::agent::collect
