// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/mountinfo.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "common/support/text.h"

namespace muster::agent {
namespace {

// A machine with more mounts than this (container hosts come near a tenth) is not told in full.
constexpr std::size_t kMounts = 100'000;

// Types whose data is elsewhere, sorted bytewise; cluster file systems on a shared disk (gfs2,
// ocfs2) count too, since statvfs(3) on them waits for the other nodes. autofs: touching it mounts.
constexpr std::array<std::string_view, 30> kNetworkTypes = {
    "9p",       "acfs",  "afs",     "auristorfs", "autofs", "beegfs",    "ceph", "cifs",
    "coda",     "cvfs",  "davfs",   "gfs",        "gfs2",   "glusterfs", "gpfs", "kafs",
    "lustre",   "mfs",   "moosefs", "ncp",        "ncpfs",  "nfs",       "nfs4", "ocfs2",
    "orangefs", "panfs", "pvfs2",   "smb3",       "smbfs",  "vboxsf"};

constexpr std::array<std::string_view, 46> kPseudoTypes = {
    "aufs",       "bdev",      "binder",     "binfmt_misc", "bpf",       "cgroup",     "cgroup2",
    "configfs",   "cpuset",    "debugfs",    "devfs",       "devpts",    "devtmpfs",   "ecryptfs",
    "efivarfs",   "fdescfs",   "functionfs", "fusectl",     "hugetlbfs", "ipathfs",    "kdbus",
    "lxcfs",      "mqueue",    "nfsd",       "nsfs",        "overlay",   "pipefs",     "proc",
    "procfs",     "pstore",    "ramfs",      "resctrl",     "rootfs",    "rpc_pipefs", "secretmem",
    "securityfs", "selinuxfs", "shiftfs",    "smackfs",     "sockfs",    "spufs",      "squashfs",
    "sysfs",      "tmpfs",     "tracefs",    "usbfs"};

// FUSE file systems on a local device or folder; any other FUSE program may talk to anything.
constexpr std::array<std::string_view, 12> kLocalFuse = {
    "bindfs",   "ecryptfs", "encfs",   "exfat",    "ext2",       "gocryptfs",
    "mergerfs", "ntfs",     "ntfs-3g", "snapfuse", "squashfuse", "zfs"};

template <std::size_t N>
constexpr bool contains(const std::array<std::string_view, N>& sorted, std::string_view name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}
static_assert(std::is_sorted(kNetworkTypes.begin(), kNetworkTypes.end()));
static_assert(std::is_sorted(kPseudoTypes.begin(), kPseudoTypes.end()));
static_assert(std::is_sorted(kLocalFuse.begin(), kLocalFuse.end()));

bool is_octal(char c) {
  return c >= '0' && c <= '7';
}

std::vector<std::string> parse_options(std::string_view text) {
  std::vector<std::string> options;
  for (const std::string_view option : split(text, ',')) {
    if (!option.empty()) options.push_back(decode_mount_escapes(option));
  }
  return options;
}

// 36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw,errors=continue
std::optional<Mount> parse_line(std::string_view line) {
  const std::vector<std::string_view> words = split(line, ' ');
  if (words.size() < 9) return std::nullopt;
  // Zero or more optional fields (shared:7, master:1) stand between the options and the "-".
  const auto dash = std::find(words.begin() + 6, words.end(), "-");
  if (words.end() - dash < 3) return std::nullopt;
  const auto id = parse_integer(words[0]);
  const auto parent_id = parse_integer(words[1]);
  const std::vector<std::string_view> device = split(words[2], ':');
  if (!id || !parent_id || device.size() != 2) return std::nullopt;
  const auto major = parse_integer(device[0]);
  const auto minor = parse_integer(device[1]);
  if (!major || !minor || words[4].empty() || words[4].front() != '/') return std::nullopt;

  Mount mount;
  mount.id = *id;
  mount.parent_id = *parent_id;
  mount.device_major = *major;
  mount.device_minor = *minor;
  mount.root = decode_mount_escapes(words[3]);
  mount.mount_point = decode_mount_escapes(words[4]);
  mount.mount_options = parse_options(words[5]);
  mount.type = decode_mount_escapes(*(dash + 1));
  mount.source = decode_mount_escapes(*(dash + 2));
  // Kernels before 2.6.37 leave the super options out when there are none.
  if (words.end() - dash > 3) mount.super_options = parse_options(*(dash + 3));
  if (mount.type.empty()) return std::nullopt;
  return mount;
}

bool has_option(const std::vector<std::string>& options, std::string_view name) {
  return std::find(options.begin(), options.end(), name) != options.end();
}

}  // namespace

bool Mount::read_only() const {
  return has_option(mount_options, "ro") || has_option(super_options, "ro");
}

std::string decode_mount_escapes(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && text.size() - i >= 4 && text[i + 1] <= '3' &&
                        is_octal(text[i + 1]) && is_octal(text[i + 2]) && is_octal(text[i + 3]);
    if (!escape) {
      out.push_back(text[i]);
      continue;
    }
    const int value = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + (text[i + 3] - '0');
    out.push_back(static_cast<char>(value));
    i += 3;
  }
  return out;
}

Mountinfo parse_mountinfo(std::string_view text) {
  Mountinfo info;
  for (const std::string_view line : lines(text)) {
    if (line.empty()) continue;
    std::optional<Mount> mount;
    if (info.mounts.size() < kMounts) mount = parse_line(line);
    if (mount) {
      info.mounts.push_back(*std::move(mount));
    } else {
      ++info.unreadable_lines;
    }
  }
  return info;
}

bool is_network_filesystem(std::string_view type) {
  if (contains(kNetworkTypes, type)) return true;
  // fuse and fuse.<program>; fuseblk has a local block device below it.
  if (type == "fuse") return true;
  if (!type.starts_with("fuse.")) return false;
  const std::string_view program = type.substr(5);
  return !contains(kLocalFuse, program) && !is_pseudo_filesystem(type);
}

bool is_pseudo_filesystem(std::string_view type) {
  if (contains(kPseudoTypes, type)) return true;
  // Views of a desktop session: document portal, file manager's mounts, AppImages, LXC's /proc.
  return type == "fuse.portal" || type == "fuse.gvfsd-fuse" || type == "fuse.lxcfs" ||
         type == "fuse.snapfuse" || type == "fuse.squashfuse" ||
         type.starts_with("fuse.AppImage") || type.ends_with(".AppImage");
}

bool is_below_network_mount(const std::vector<Mount>& mounts, std::string_view mount_point) {
  return std::any_of(mounts.begin(), mounts.end(), [&](const Mount& mount) {
    const std::string_view above = mount.mount_point;
    if (!is_network_filesystem(mount.type) || !mount_point.starts_with(above)) return false;
    if (above == "/") return mount_point != "/";
    return mount_point.size() > above.size() && mount_point[above.size()] == '/';
  });
}

std::vector<Mount> local_data_mounts(const std::vector<Mount>& mounts) {
  // A mount covers an earlier one at the same place, whatever its type.
  std::map<std::string_view, std::size_t> visible;
  for (std::size_t i = 0; i < mounts.size(); ++i)
    visible[mounts[i].mount_point] = i;

  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> best;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    const Mount& mount = mounts[i];
    if (visible.at(mount.mount_point) != i) continue;
    if (is_network_filesystem(mount.type) || is_pseudo_filesystem(mount.type)) continue;
    if (is_below_network_mount(mounts, mount.mount_point)) continue;
    const auto [it, added] = best.try_emplace({mount.device_major, mount.device_minor}, i);
    if (added) continue;
    const Mount& other = mounts[it->second];
    // A mount of the file system's own root tells more than a bind mount of a folder in it.
    const bool better = std::pair(mount.root.size(), mount.mount_point.size()) <
                        std::pair(other.root.size(), other.mount_point.size());
    if (better) it->second = i;
  }
  std::vector<std::size_t> chosen;
  chosen.reserve(best.size());
  for (const auto& [device, index] : best)
    chosen.push_back(index);
  std::sort(chosen.begin(), chosen.end());
  std::vector<Mount> out;
  out.reserve(chosen.size());
  for (const std::size_t index : chosen)
    out.push_back(mounts[index]);
  return out;
}

}  // namespace muster::agent
