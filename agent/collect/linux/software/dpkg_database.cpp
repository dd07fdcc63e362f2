// SPDX-License-Identifier: Apache-2.0
// How dpkg keeps its database (lib/dpkg/dbmodify.c): `status` is written whole only at checkpoints.
// Between them each change of a package is a file of one stanza in updates/, named by a number of
// digits, and stands for the stanza in `status`; a checkpoint writes `status` anew and then removes
// them. After a run that was broken off they stay until dpkg runs again. So both are read, and read
// again when a checkpoint came between.
#include "agent/collect/linux/software/dpkg_database.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

constexpr std::string_view kStatusFile = "/var/lib/dpkg/status";
constexpr std::string_view kStatusFolder = "/var/lib/dpkg/status.d";
constexpr std::string_view kUpdatesFolder = "/var/lib/dpkg/updates";
constexpr std::size_t kStatusBytes = 64 * 1024 * 1024;  // a large desktop has 6 MiB
constexpr std::size_t kFolderFiles = 20'000;
constexpr int kMostReadings = 3;

// Keeps the first problem; the file is named in it.
void note_problem(PackageList& list, std::string_view path, const std::string& problem) {
  if (list.problem.empty() && !problem.empty())
    list.problem = std::string(path) + ": " + problem + ".";
}

void append(PackageList& all, PackageList more, std::string_view path) {
  note_problem(all, path, more.problem);
  std::move(more.packages.begin(), more.packages.end(), std::back_inserter(all.packages));
  std::move(more.gone.begin(), more.gone.end(), std::back_inserter(all.gone));
}

// What says that the status file is another one than before.
std::array<std::int64_t, 3> version_of_status(host::Host& host) {
  const auto status = host.status(kStatusFile);
  if (!status) return {};
  return {status->modified_ms, status->size_bytes, static_cast<std::int64_t>(status->inode)};
}

bool is_update_name(std::string_view name) {
  return !name.empty() && std::all_of(name.begin(), name.end(), is_digit);
}

void apply_updates(host::Host& host, const Distribution& distribution, PackageList& list) {
  auto names = host.list(kUpdatesFolder);
  if (!names) {
    if (names.failure().kind != FailureKind::kNotFound && list.problem.empty())
      list.problem = names.failure().message;
    return;
  }
  std::erase_if(*names, [](const std::string& name) { return !is_update_name(name); });
  // dpkg writes names of one length; numbers are in order also if something else did not.
  std::stable_sort(names->begin(), names->end(),
                   [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
  if (names->size() > kFolderFiles) {
    note_problem(list, kUpdatesFolder, "has more files than are read");
    names->resize(kFolderFiles);
  }
  for (const std::string& name : *names) {
    const std::string path = std::string(kUpdatesFolder) + "/" + name;
    const auto text = host.read(path);
    if (!text) {
      if (list.problem.empty()) list.problem = text.failure().message;
      continue;
    }
    PackageList update = parse_dpkg_status(*text, distribution);
    if (update.packages.empty() && update.gone.empty() && update.problem.empty())
      update.problem = "has no stanza";
    note_problem(list, path, update.problem);
    apply_dpkg_update(list, std::move(update));
  }
}

// kNotFound when there is no status file.
Result<PackageList> read_status_file(host::Host& host, const Distribution& distribution) {
  PackageList list;
  auto before = version_of_status(host);
  for (int reading = 0; reading < kMostReadings; ++reading) {
    list = {};
    const auto text = host.read(kStatusFile, kStatusBytes);
    if (!text) return text.failure();
    append(list, parse_dpkg_status(*text, distribution), kStatusFile);
    apply_updates(host, distribution, list);
    const auto after = version_of_status(host);
    if (after == before) return list;
    before = after;
  }
  note_problem(list, kStatusFile, "changed while it was read, each time");
  return list;
}

// Members of a package's control archive (deb(5)), which some images keep beside the stanza.
bool is_control_member(std::string_view suffix) {
  constexpr std::string_view kMembers[] = {
      "conffiles", "config", "control", "list",    "md5sums",   "postinst", "postrm",
      "preinst",   "prerm",  "shlibs",  "symbols", "templates", "triggers", "sha256sums"};
  return std::find(std::begin(kMembers), std::end(kMembers), suffix) != std::end(kMembers);
}

// A name that a package may have (Debian Policy 5.6.7), which a folder's .keep is not.
bool is_package_name(std::string_view name) {
  return name.size() >= 2 &&
         std::all_of(name.begin(), name.end(),
                     [](char c) {
                       return (c >= 'a' && c <= 'z') || is_digit(c) || c == '+' || c == '-' ||
                              c == '.';
                     }) &&
         name[0] != '.' && name[0] != '-' && name[0] != '+';
}

// The files of status.d; kNotFound when there is no such folder. What else lies there is passed
// over: a file is a package's when it says so.
Result<Done> read_status_folder(host::Host& host, const Distribution& distribution,
                                PackageList& all) {
  const auto names = host.list(kStatusFolder);
  if (!names) return names.failure();
  std::size_t files = 0;
  for (const std::string& name : *names) {
    const std::size_t dot = name.rfind('.');
    if (dot != std::string::npos && is_control_member(std::string_view(name).substr(dot + 1)))
      continue;
    const std::string path = std::string(kStatusFolder) + "/" + name;
    if (++files > kFolderFiles) {
      note_problem(all, kStatusFolder, "has more files than are read");
      break;
    }
    const auto status = host.status(path);
    if (status && status->type == host::FileType::kDirectory) continue;
    const auto text = host.read(path);
    if (!text) {
      if (all.problem.empty()) all.problem = text.failure().message;
    } else if (has_dpkg_stanza(*text)) {
      append(all, parse_dpkg_status(*text, distribution, true), path);
    } else if (trim(*text).empty() && is_package_name(name)) {
      note_problem(all, path, "is empty");
    }
  }
  return Done{};
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

}  // namespace

DpkgDatabase read_dpkg_database(host::Host& host, const Distribution& distribution) {
  DpkgDatabase out;
  auto list = read_status_file(host, distribution);
  if (!list && list.failure().kind != FailureKind::kNotFound) {
    out.is_there = true;
    out.failure = list.failure();
    return out;
  }
  if (list) {
    out.is_there = true;
    out.list = *std::move(list);
    out.lists_system = !out.list.packages.empty();
  }
  const auto folder = read_status_folder(host, distribution, out.list);
  if (folder) {
    out.is_there = true;
  } else if (folder.failure().kind != FailureKind::kNotFound) {
    if (!out.is_there) out.failure = folder.failure();
    out.is_there = true;
    if (out.list.problem.empty()) out.list.problem = folder.failure().message;
  }
  drop_twins(out.list);
  return out;
}

}  // namespace muster::agent::collect
