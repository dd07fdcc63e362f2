// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/package_managers.h"

#include <algorithm>
#include <array>

#include "agent/collect/linux/software/os_release.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

struct FamilyMember {
  std::string_view id, manager;
};

// Only what has one manager in all its versions: Kylin is made of dpkg on desktops and of rpm on
// servers, OpenWrt of opkg and, later, of apk. Such a system's ID_LIKE or its databases tell.
constexpr FamilyMember kFamilies[] = {
    {"debian", "dpkg"},
    {"ubuntu", "dpkg"},
    {"raspbian", "dpkg"},
    {"devuan", "dpkg"},
    {"kali", "dpkg"},
    {"linuxmint", "dpkg"},
    {"pureos", "dpkg"},
    {"deepin", "dpkg"},
    {"uos", "dpkg"},
    {"proxmox", "dpkg"},
    {"astra", "dpkg"},
    {"rhel", "rpm"},
    {"fedora", "rpm"},
    {"centos", "rpm"},
    {"rocky", "rpm"},
    {"almalinux", "rpm"},
    {"ol", "rpm"},
    {"amzn", "rpm"},
    {"scientific", "rpm"},
    {"cloudlinux", "rpm"},
    {"eurolinux", "rpm"},
    {"virtuozzo", "rpm"},
    {"xenenterprise", "rpm"},
    {"suse", "rpm"},
    {"opensuse", "rpm"},
    {"sles", "rpm"},
    {"sled", "rpm"},
    {"sle-micro", "rpm"},
    {"sl-micro", "rpm"},
    {"opensuse-leap", "rpm"},
    {"mageia", "rpm"},
    {"mandriva", "rpm"},
    {"openmandriva", "rpm"},
    {"rosa", "rpm"},
    {"altlinux", "rpm"},
    {"photon", "rpm"},
    {"mariner", "rpm"},
    {"azurelinux", "rpm"},
    {"openeuler", "rpm"},
    {"anolis", "rpm"},
    {"alinux", "rpm"},
    {"tencentos", "rpm"},
    {"opencloudos", "rpm"},
    {"wrlinux", "rpm"},
    {"arch", "pacman"},
    {"archarm", "pacman"},
    {"manjaro", "pacman"},
    {"manjaro-arm", "pacman"},
    {"endeavouros", "pacman"},
    {"artix", "pacman"},
    {"steamos", "pacman"},
    {"cachyos", "pacman"},
    {"parabola", "pacman"},
    {"hyperbola", "pacman"},
    {"alpine", "apk"},
    {"postmarketos", "apk"},
    {"wolfi", "apk"},
    {"chainguard", "apk"},
    {"gentoo", "portage"},
    {"funtoo", "portage"},
    {"calculate", "portage"},
    {"void", "xbps"},
    {"nixos", "nix"},
};

// Systems from before os-release, by the file that their base package has.
constexpr FamilyMember kReleaseFiles[] = {
    {"/etc/redhat-release", "rpm"},   {"/etc/system-release", "rpm"},
    {"/etc/fedora-release", "rpm"},   {"/etc/SuSE-release", "rpm"},
    {"/etc/mandriva-release", "rpm"}, {"/etc/arch-release", "pacman"},
    {"/etc/alpine-release", "apk"},   {"/etc/gentoo-release", "portage"},
    {"/etc/debian_version", "dpkg"},
};

// A folder counts only with something in it: packages of tools bring empty ones.
struct DatabasePlace {
  std::string_view manager, path;
  std::string_view passed_over = "";  // a name that every folder of this manager has
};
constexpr DatabasePlace kPlaces[] = {
    {"apk", "/lib/apk/db/installed"},
    {"apk", "/usr/lib/apk/db/installed"},
    {"nix", "/nix/var/nix/db/db.sqlite"},
    {"opkg", "/usr/lib/opkg/status"},
    {"opkg", "/var/lib/opkg/status"},
    {"pacman", "/var/lib/pacman/local", "ALPM_DB_VERSION"},
    {"portage", "/var/db/pkg"},
    // In the order of how new they are: SQLite, ndb, Berkeley DB; rpm-ostree keeps its own.
    {"rpm", "/usr/lib/sysimage/rpm/rpmdb.sqlite"},
    {"rpm", "/usr/lib/sysimage/rpm/Packages.db"},
    {"rpm", "/usr/lib/sysimage/rpm/Packages"},
    {"rpm", "/usr/share/rpm/rpmdb.sqlite"},
    {"rpm", "/usr/share/rpm/Packages"},
    {"rpm", "/var/lib/rpm/rpmdb.sqlite"},
    {"rpm", "/var/lib/rpm/Packages.db"},
    {"rpm", "/var/lib/rpm/Packages"},
    {"xbps", "/var/db/xbps/pkgdb-0.38.plist"},
};

bool is_used(host::Host& host, const DatabasePlace& place) {
  const auto status = host.status(place.path);
  if (!status) return status.failure().kind == FailureKind::kDenied;
  if (status->type == host::FileType::kFile) return status->size_bytes > 0;
  const auto names = host.list(place.path);
  if (!names) return names.failure().kind == FailureKind::kDenied;
  return std::any_of(names->begin(), names->end(),
                     [&](const std::string& name) { return name != place.passed_over; });
}

std::optional<std::string_view> manager_of_family(std::string_view id) {
  for (const FamilyMember& member : kFamilies) {
    if (member.id == id) return member.manager;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string_view> own_package_manager(std::string_view id, std::string_view id_like) {
  const std::string name = lower_ascii(id);
  if (const auto own = manager_of_family(name)) return own;
  // "opensuse-tumbleweed", "sles_sap": os-release(5) lets a variant have a name of its own.
  if (name.starts_with("opensuse") || name.starts_with("sle_") || name.starts_with("sles"))
    return "rpm";
  const std::string parents = lower_ascii(id_like);
  for (const std::string_view parent : split(parents, ' ')) {
    if (const auto own = manager_of_family(parent)) return own;
  }
  return std::nullopt;
}

std::optional<std::string_view> own_package_manager(host::Host& host) {
  for (const std::string_view path : {"/etc/os-release", "/usr/lib/os-release"}) {
    const auto text = host.read(path);
    if (!text) continue;
    const auto values = parse_assignments(*text);
    const auto value_of = [&](std::string_view name) {
      const auto found = values.find(name);
      return found == values.end() ? std::string_view() : std::string_view(found->second);
    };
    if (!values.empty()) return own_package_manager(value_of("ID"), value_of("ID_LIKE"));
  }
  for (const FamilyMember& file : kReleaseFiles) {
    if (host.status(file.id)) return file.manager;
  }
  return std::nullopt;
}

std::vector<PackageDatabase> find_unread_databases(host::Host& host) {
  std::vector<PackageDatabase> out;
  for (const DatabasePlace& place : kPlaces) {
    if (!out.empty() && out.back().manager == place.manager) continue;
    if (is_used(host, place)) out.push_back({place.manager, std::string(place.path)});
  }
  return out;
}

}  // namespace muster::agent::collect
