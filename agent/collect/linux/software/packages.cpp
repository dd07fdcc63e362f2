// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/software/packages.h"

#include <algorithm>
#include <utility>

#include "agent/collect/linux/software/dpkg_database.h"
#include "agent/collect/linux/software/package_managers.h"

namespace muster::agent::collect {
namespace {

using inventory::ProviderStatus;
using inventory::Status;

constexpr std::string_view kDpkgFolder = "/var/lib/dpkg";
constexpr std::string_view kInfoFolder = "/var/lib/dpkg/info/";

// dpkg writes info/NAME.list anew when it unpacks NAME, so its time is that of the last install or
// upgrade. It costs one lstat a package; reading /var/log/dpkg.log would cost more and is rotated.
void set_installed_at(host::Host& host, DpkgPackage& package) {
  std::string path(kInfoFolder);
  path += package.row.name;
  if (package.same_everywhere) path += ":" + package.row.architecture;
  path += ".list";
  auto status = host.status(path);
  if (!status && package.same_everywhere)  // as dpkg before 1.16.2 named it
    status = host.status(std::string(kInfoFolder) + package.row.name + ".list");
  // Builds that can be reproduced set times to 1970, a damaged inode has any; neither says a thing.
  if (status && status->modified_ms > 0 && status->modified_ms <= kLastInstant.ms)
    package.row.installed_at = Instant{status->modified_ms};
}

Distribution read_distribution(host::Host& host) {
  for (const std::string_view path : {"/etc/os-release", "/usr/lib/os-release"}) {
    if (const auto text = host.read(path)) return parse_distribution(*text);
  }
  return {};
}

// Which manager the system is made of, as far as can be known.
struct PackageManagers {
  std::optional<std::string_view> own;
  std::vector<PackageDatabase> unread;

  // Another manager's system, on which dpkg is a tool.
  bool is_others() const { return own ? *own != "dpkg" : !unread.empty(); }
};

ProviderStatus status_without_database(host::Host& host, const PackageManagers& managers) {
  const auto folder = host.list(kDpkgFolder);
  const bool was_there = folder && !folder->empty();
  if (managers.own != "dpkg" && (managers.is_others() || !was_there))
    return {Status::kNotApplicable, "There is no dpkg database on this machine."};
  return {Status::kFailed,
          "/var/lib/dpkg/status does not exist, although dpkg installed this system."};
}

// A list that cannot be whole must not pass for one from which packages were removed.
ProviderStatus status_of_database(const DpkgDatabase& database, const PackageManagers& managers) {
  const PackageList& list = database.list;
  if (database.failure) return status_of(*database.failure);
  if (list.packages.empty()) {
    if (!list.problem.empty()) return {Status::kFailed, list.problem};
    if (managers.is_others()) {
      return {Status::kNotApplicable,
              "dpkg has installed nothing on this system, which is not made of its packages."};
    }
    return {Status::kFailed,
            "The dpkg database in /var/lib/dpkg has no installed package, which cannot be."};
  }
  if (!list.problem.empty()) return {Status::kPartial, list.problem};
  const bool whole = !database.lists_system ||
                     std::any_of(list.packages.begin(), list.packages.end(),
                                 [](const DpkgPackage& package) { return package.essential; });
  if (whole || managers.own != "dpkg") return {};
  return {Status::kPartial,
          "/var/lib/dpkg/status has no package without which there is no system, such as dpkg or "
          "base-files, so it is not whole."};
}

ProviderStatus status_of_unread(std::string_view manager, std::string_view path,
                                const PackageManagers& managers) {
  const std::string name(manager);
  if (path.empty()) {
    return {Status::kFailed, "This system is made of packages of " + name +
                                 ", whose database this version neither finds nor reads."};
  }
  if (!managers.own || *managers.own == manager)
    return {Status::kFailed,
            "This version does not read the database of " + name + ", " + std::string(path) + "."};
  return {Status::kNotApplicable, "This system is made of packages of " +
                                      std::string(*managers.own) + "; the database of " + name +
                                      " beside it, " + std::string(path) +
                                      ", is not read by this version."};
}

}  // namespace

CollectedSection collect_packages(host::Host& host) {
  const Distribution distribution = read_distribution(host);
  const PackageManagers managers{own_package_manager(host), find_unread_databases(host)};
  DpkgDatabase database = read_dpkg_database(host, distribution);
  CollectedSection out;
  out.providers.emplace("dpkg", database.is_there ? status_of_database(database, managers)
                                                  : status_without_database(host, managers));
  out.rows.reserve(database.list.packages.size());
  for (DpkgPackage& package : database.list.packages) {
    set_installed_at(host, package);
    out.rows.push_back(inventory::to_row(package.row));
  }
  for (const PackageDatabase& found : managers.unread) {
    out.providers.emplace(std::string(found.manager),
                          status_of_unread(found.manager, found.path, managers));
  }
  if (managers.own && *managers.own != "dpkg") {
    out.providers.try_emplace(std::string(*managers.own),
                              status_of_unread(*managers.own, "", managers));
  }
  return out;
}

}  // namespace muster::agent::collect
