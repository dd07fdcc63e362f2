// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/filesystems.h"

#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "agent/collect/linux/read/udev_data.h"
#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

// The agent's own view of the mounts is bent by its sandbox (read-only /, hidden /home); the first
// process has the machine's.
constexpr std::array<std::string_view, 2> kMountinfo = {"/proc/1/mountinfo",
                                                        "/proc/self/mountinfo"};
constexpr std::size_t kMountinfoBytes = 32 * 1024 * 1024;  // thousands of containers

bool is_subvolume(const Mount& mount) {
  // A mount of a folder in a subvolume (bind mount) has a longer root.
  return mount.type == "btrfs" && std::find(mount.super_options.begin(), mount.super_options.end(),
                                            "subvol=" + mount.root) != mount.super_options.end();
}

// The files that container engines put into a container. Where they come from another machine they
// cannot be looked at, so they are known by their place.
bool is_engine_file(const Mount& mount) {
  if (mount.root == "/") return false;
  return mount.mount_point == "/etc/hosts" || mount.mount_point == "/etc/hostname" ||
         mount.mount_point == "/etc/resolv.conf" || mount.mount_point == "/dev/termination-log";
}

std::string_view base_name(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// Label and UUID of a file system, by the block device that it is on. udev's database knows them;
// without it the links of /dev/disk do.
class Labels {
 public:
  explicit Labels(host::Host& host) : host_(host) {}

  void set(const Mount& mount, inventory::Filesystem& row) {
    const std::string name = kernel_name(mount);
    if (name.empty()) return;
    std::string number;
    if (const auto text = host_.read("/sys/class/block/" + name + "/dev")) number = *text;
    if (number.empty() && mount.device_major != 0)
      number = std::to_string(mount.device_major) + ":" + std::to_string(mount.device_minor);
    const std::string udev = read_udev_data(host_, number);
    if (const auto uuid = udev_property(udev, "ID_FS_UUID")) row.uuid = std::string(*uuid);
    if (const auto label = udev_property(udev, "ID_FS_LABEL_ENC")) row.label = decode_udev(*label);
    if (!row.uuid) row.uuid = linked("/dev/disk/by-uuid", by_uuid_, name);
    if (!row.label) row.label = linked("/dev/disk/by-label", by_label_, name);
  }

 private:
  using Names = std::map<std::string, std::string>;  // kernel name -> name of the link

  // "sda4", "dm-0"; empty when it is on no block device, or on one that cannot be found.
  std::string kernel_name(const Mount& mount) {
    if (mount.device_major != 0) {
      const auto link = host_.read_link("/sys/dev/block/" + std::to_string(mount.device_major) +
                                        ":" + std::to_string(mount.device_minor));
      if (link) return std::string(base_name(*link));
    }
    // btrfs has no device number of its own device in mountinfo.
    if (!mount.source.starts_with("/dev/")) return {};
    const auto link = host_.read_link(mount.source);  // /dev/mapper/x -> ../dm-0
    return std::string(base_name(link ? std::string_view(*link) : mount.source));
  }

  std::optional<std::string> linked(const std::string& folder, std::optional<Names>& names,
                                    const std::string& kernel_name) {
    if (!names) {
      names.emplace();
      if (const auto links = host_.list(folder)) {
        for (const std::string& link : *links) {
          if (const auto target = host_.read_link(folder + "/" + link))
            names->emplace(std::string(base_name(*target)), decode_udev(link));
        }
      }
    }
    const auto found = names->find(kernel_name);
    if (found == names->end()) return std::nullopt;
    return found->second;
  }

  host::Host& host_;
  std::optional<Names> by_uuid_, by_label_;
};

// nullopt also when something else is mounted there for us than for the first process.
std::optional<std::int64_t> size_of(host::Host& host, const Mount& mount) {
  if (mount.type == "zfs" || mount.type.starts_with("fuse.zfs")) return std::nullopt;
  const auto status = host.status(mount.mount_point);
  if (!status) return std::nullopt;
  const std::uint64_t device =
      makedev(static_cast<unsigned>(mount.device_major), static_cast<unsigned>(mount.device_minor));
  // Each subvolume of btrfs has a number that mountinfo does not show.
  if (status->device != 0 && status->device != device && mount.type != "btrfs") return std::nullopt;
  const auto space = host.space(mount.mount_point);
  if (!space || space->size_bytes <= 0) return std::nullopt;
  return space->size_bytes;
}

Result<std::string> read_mountinfo(host::Host& host) {
  Result<std::string> text = host.read(kMountinfo[0], kMountinfoBytes);
  if (!text || trim(*text).empty()) text = host.read(kMountinfo[1], kMountinfoBytes);
  return text;
}

}  // namespace

bool is_single_file(host::Host& host, const Mount& mount) {
  if (mount.root == "/") return false;
  const auto status = host.status(mount.mount_point);
  return status && status->type != host::FileType::kDirectory;
}

std::vector<DataMount> select_filesystems(const std::vector<Mount>& mounts,
                                          const ShowsFile& shows_file) {
  std::map<std::string, DataMount> chosen;
  for (DataMount& found : local_data_mounts(mounts, shows_file)) {
    std::string mount_point = found.mount.mount_point;
    chosen.emplace(std::move(mount_point), std::move(found));
  }

  const std::vector<const Mount*> visible = visible_mounts(mounts);
  const NetworkMounts network(visible);
  // The shortest mount point of each subvolume, preferably one that may be touched.
  using What = std::tuple<std::int64_t, std::int64_t, std::string_view>;
  std::map<What, std::pair<bool, const Mount*>> subvolumes;  // the flag: may hang
  for (const Mount* const mount : visible) {
    if (is_network_filesystem(mount->type)) {
      if (mount->type != "autofs" && !is_engine_file(*mount))
        chosen.emplace(mount->mount_point, DataMount{*mount, false});
      continue;
    }
    if (!is_subvolume(*mount)) continue;
    const std::pair<bool, const Mount*> here(network.lead_to(mount->mount_point), mount);
    const auto [it, added] =
        subvolumes.try_emplace({mount->device_major, mount->device_minor, mount->root}, here);
    const auto rank = [](const std::pair<bool, const Mount*>& each) {
      return std::pair(each.first, each.second->mount_point.size());
    };
    if (!added && rank(here) < rank(it->second)) it->second = here;
  }
  for (const auto& [what, found] : subvolumes)
    chosen.emplace(found.second->mount_point, DataMount{*found.second, !found.first});

  std::vector<DataMount> out;
  out.reserve(chosen.size());
  for (auto& [mount_point, found] : chosen)
    out.push_back(std::move(found));
  return out;
}

std::vector<std::string> stable_mount_options(const Mount& mount) {
  static constexpr std::array<std::string_view, 17> kLeftOut = {
      "rw",        "ro",     "addr", "clientaddr",  "mountaddr", "mountport",
      "port",      "fd",     "pgrp", "pipe_ino",    "password",  "pass",
      "password2", "secret", "key",  "credentials", "srcaddr"};
  std::vector<std::string> out;
  for (const auto* const options : {&mount.mount_options, &mount.super_options}) {
    for (const std::string& option : *options) {
      const std::string_view name = std::string_view(option).substr(0, option.find('='));
      if (std::find(kLeftOut.begin(), kLeftOut.end(), name) == kLeftOut.end())
        out.push_back(option);
    }
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

std::string without_password(std::string_view source) {
  const std::size_t scheme = source.find("://");
  if (scheme == std::string_view::npos) return std::string(source);
  const std::size_t start = scheme + 3;
  const std::size_t host = source.substr(0, source.find('/', start)).rfind('@');
  const std::size_t colon = source.find(':', start);
  if (host == std::string_view::npos || colon == std::string_view::npos || colon > host)
    return std::string(source);
  return std::string(source.substr(0, colon)) + std::string(source.substr(host));
}

CollectedSection collect_filesystems(host::Host& host) {
  const auto text = read_mountinfo(host);
  if (!text) return not_collected<inventory::Filesystem>(status_of(text.failure()));
  const Mountinfo info = parse_mountinfo(*text);
  // Without a mount there is no root directory, and the agent would not run.
  if (info.mounts.empty())
    return not_collected<inventory::Filesystem>(
        {inventory::Status::kFailed,
         "/proc/1/mountinfo and /proc/self/mountinfo list no mount that can be understood."});
  Labels labels(host);
  std::vector<inventory::Filesystem> rows;
  const auto shows_file = [&](const Mount& mount) { return is_single_file(host, mount); };
  for (const auto& [mount, may_be_touched] : select_filesystems(info.mounts, shows_file)) {
    inventory::Filesystem& row = rows.emplace_back();
    row.mount_point = mount.mount_point;
    row.type = mount.type;
    if (!mount.source.empty() && mount.source != "none")
      row.device = without_password(mount.source);
    row.options = stable_mount_options(mount);
    row.network = is_network_filesystem(mount.type);
    row.read_only = mount.read_only();
    if (*row.network) continue;
    labels.set(mount, row);
    if (may_be_touched) row.size_bytes = size_of(host, mount);
  }
  inventory::ProviderStatus status;
  if (info.unreadable_lines > 0)
    status = {inventory::Status::kPartial, std::to_string(info.unreadable_lines) +
                                               " lines of mountinfo could not be understood."};
  return collected(rows, std::move(status));
}

}  // namespace muster::agent::collect
