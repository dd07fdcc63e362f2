// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/packages.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "agent/collect/linux/dpkg_status.h"
#include "common/support/text.h"

namespace muster::agent {
namespace {

constexpr std::string_view kStatusFile = "/var/lib/dpkg/status";
constexpr std::string_view kStatusFolder = "/var/lib/dpkg/status.d";
constexpr std::string_view kInfoFolder = "/var/lib/dpkg/info/";
constexpr std::size_t kStatusBytes = 64 * 1024 * 1024;  // a large desktop has 6 MiB
constexpr std::size_t kStatusFolderFiles = 20'000;

// dpkg writes info/NAME.list anew when it unpacks NAME, so its time is that of the last install or
// upgrade. It costs one lstat a package; reading /var/log/dpkg.log would cost more and is rotated.
void set_installed_at(Host& host, DpkgPackage& package) {
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

// Appends and keeps the first problem; the file is named in it.
void append(PackageList& all, PackageList more, std::string_view path) {
  if (all.problem.empty() && !more.problem.empty())
    all.problem = std::string(path) + ": " + more.problem + ".";
  std::move(more.packages.begin(), more.packages.end(), std::back_inserter(all.packages));
}

// Two rows with one key would make the server refuse the section. dpkg itself never writes them.
void drop_twins(PackageList& list) {
  using Key = std::tuple<std::string_view, std::string_view, std::string_view>;
  std::set<Key> seen;
  std::vector<bool> twin(list.packages.size());
  for (std::size_t i = 0; i < twin.size(); ++i) {
    const inventory::Package& row = list.packages[i].row;
    twin[i] = !seen.emplace(row.name, row.architecture, row.version).second;
    if (twin[i] && list.problem.empty())
      list.problem = "The dpkg database lists " + printable(row.name) + " twice.";
  }
  if (seen.size() == twin.size()) return;
  seen.clear();
  std::vector<DpkgPackage> kept;
  for (std::size_t i = 0; i < twin.size(); ++i) {
    if (!twin[i]) kept.push_back(std::move(list.packages[i]));
  }
  list.packages = std::move(kept);
}

Distribution read_distribution(Host& host) {
  for (const std::string_view path : {"/etc/os-release", "/usr/lib/os-release"}) {
    if (const auto text = host.read(path)) return parse_distribution(*text);
  }
  return {};
}

// The files of status.d; kNotFound when there is no such folder.
Result<Done> read_status_folder(Host& host, const Distribution& distribution, PackageList& all) {
  const auto names = host.list(kStatusFolder);
  if (!names) return names.failure();
  std::size_t files = 0;
  for (const std::string& name : *names) {
    if (name.ends_with(".md5sums")) continue;
    const std::string path = std::string(kStatusFolder) + "/" + name;
    if (++files > kStatusFolderFiles) {
      append(all, {{}, "has more files than are read"}, kStatusFolder);
      break;
    }
    const auto text = host.read(path);
    if (text) {
      append(all, parse_dpkg_status(*text, distribution, true), path);
    } else if (all.problem.empty()) {
      all.problem = text.failure().message;
    }
  }
  return Done{};
}

}  // namespace

Collected collect_packages(Host& host) {
  const Distribution distribution = read_distribution(host);
  PackageList all;
  Collected out;
  const auto text = host.read(kStatusFile, kStatusBytes);
  if (!text && text.failure().kind != FailureKind::kNotFound) {
    out.sources.emplace("dpkg", status_of(text.failure()));
    return out;
  }
  if (text) append(all, parse_dpkg_status(*text, distribution), kStatusFile);
  const auto folder = read_status_folder(host, distribution, all);
  if (!folder) {
    const bool missing = folder.failure().kind == FailureKind::kNotFound;
    if (!text) {
      out.sources.emplace(
          "dpkg", missing ? inventory::SourceStatus{inventory::Status::kNotApplicable,
                                                    "There is no dpkg database on this machine."}
                          : status_of(folder.failure()));
      return out;
    }
    if (!missing && all.problem.empty()) all.problem = folder.failure().message;
  }
  drop_twins(all);
  out.rows.reserve(all.packages.size());
  for (DpkgPackage& package : all.packages) {
    set_installed_at(host, package);
    out.rows.push_back(inventory::to_row(package.row));
  }
  inventory::SourceStatus status;
  if (!all.problem.empty()) status = {inventory::Status::kPartial, all.problem};
  out.sources.emplace("dpkg", std::move(status));
  return out;
}

}  // namespace muster::agent
