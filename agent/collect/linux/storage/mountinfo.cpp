// SPDX-License-Identifier: Apache-2.0
#include "agent/collect/linux/storage/mountinfo.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "common/support/text.h"

namespace muster::agent::collect {
namespace {

// A machine with more mounts than this (container hosts come near a tenth) is not told in full.
constexpr std::size_t kMounts = 100'000;

// Types whose data is elsewhere, sorted bytewise; cluster file systems on a shared disk (gfs2,
// ocfs2) count too, since statvfs(3) on them waits for the other nodes. autofs: touching it mounts.
constexpr std::array<std::string_view, 33> kNetworkTypes = {
    "9p",   "acfs",  "afs",    "auristorfs", "autofs",  "beegfs", "ceph",
    "cifs", "coda",  "cvfs",   "davfs",      "gfs",     "gfs2",   "glusterfs",
    "gpfs", "kafs",  "lustre", "mfs",        "moosefs", "ncp",    "ncpfs",
    "nfs",  "nfs4",  "ocfs2",  "orangefs",   "panfs",   "prl_fs", "pvfs2",
    "smb3", "smbfs", "vboxsf", "virtiofs",   "vmhgfs"};

constexpr std::array<std::string_view, 54> kPseudoTypes = {
    "aufs",       "bdev",        "binder",     "binfmt_misc", "bpf",     "capifs",     "cgroup",
    "cgroup2",    "configfs",    "cpuset",     "debugfs",     "devfs",   "devpts",     "devtmpfs",
    "ecryptfs",   "efivarfs",    "fdescfs",    "functionfs",  "fusectl", "gadgetfs",   "gfs2meta",
    "hugetlbfs",  "ibmasmfs",    "ipathfs",    "kdbus",       "lxcfs",   "mqueue",     "nfsd",
    "nsfs",       "ocfs2_dlmfs", "oprofilefs", "overlay",     "pidfs",   "pipefs",     "proc",
    "procfs",     "pstore",      "ramfs",      "resctrl",     "rootfs",  "rpc_pipefs", "secretmem",
    "securityfs", "selinuxfs",   "shiftfs",    "smackfs",     "sockfs",  "spufs",      "squashfs",
    "sysfs",      "tmpfs",       "tracefs",    "usbfs",       "xenfs"};

// FUSE file systems on a local device or folder; any other FUSE program may talk to anything.
constexpr std::array<std::string_view, 25> kLocalFuse = {
    "apfs",     "apfs-fuse",  "bindfs", "cryfs",    "dislocker", "ecryptfs",  "encfs",
    "exfat",    "exfat-fuse", "ext2",   "ext2fs",   "ext4fuse",  "fuse-ext2", "gocryptfs",
    "hfsfuse",  "lowntfs-3g", "ltfs",   "mergerfs", "mhddfs",    "ntfs",      "ntfs-3g",
    "securefs", "ufs",        "zfs",    "zfs-fuse"};

// FUSE programs that show what is elsewhere on this machine, or what other programs do: the file
// managers' and portals' views of a desktop session (GVfs was gvfs-fuse-daemon before 1.14), LXC's
// /proc, drag and drop of VMware, layers of containers, packed images and archives.
constexpr std::array<std::string_view, 23> kFuseViews = {
    "archivemount", "dwarfs",         "erofsfuse",          "fuse-archive",  "fuse-overlayfs",
    "fuse-zip",     "fuseiso",        "gvfs-fuse-daemon",   "gvfsd-fuse",    "kio-fuse",
    "lxcfs",        "mount-zip",      "overlayfs",          "portal",        "rar2fs",
    "ratarmount",   "snapfuse",       "squashfuse",         "squashfuse_ll", "unionfs",
    "unionfs-fuse", "vmware-vmblock", "xdg-document-portal"};

template <std::size_t N>
constexpr bool contains(const std::array<std::string_view, N>& sorted, std::string_view name) {
  return std::binary_search(sorted.begin(), sorted.end(), name);
}
static_assert(std::is_sorted(kNetworkTypes.begin(), kNetworkTypes.end()));
static_assert(std::is_sorted(kPseudoTypes.begin(), kPseudoTypes.end()));
static_assert(std::is_sorted(kLocalFuse.begin(), kLocalFuse.end()));
static_assert(std::is_sorted(kFuseViews.begin(), kFuseViews.end()));

constexpr std::string_view kFusePrefix = "fuse.";

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
  if (!type.starts_with(kFusePrefix)) return false;
  return !contains(kLocalFuse, type.substr(kFusePrefix.size())) && !is_pseudo_filesystem(type);
}

bool is_pseudo_filesystem(std::string_view type) {
  if (contains(kPseudoTypes, type)) return true;
  if (type.starts_with("fuse.AppImage") || type.ends_with(".AppImage")) return true;
  return type.starts_with(kFusePrefix) && contains(kFuseViews, type.substr(kFusePrefix.size()));
}

std::vector<const Mount*> visible_mounts(const std::vector<Mount>& mounts) {
  std::map<std::string_view, std::size_t> last;
  for (std::size_t i = 0; i < mounts.size(); ++i)
    last[mounts[i].mount_point] = i;
  std::vector<const Mount*> out;
  for (std::size_t i = 0; i < mounts.size(); ++i) {
    if (last.at(mounts[i].mount_point) == i) out.push_back(&mounts[i]);
  }
  return out;
}

NetworkMounts::NetworkMounts(const std::vector<const Mount*>& visible) {
  for (const Mount* const mount : visible) {
    if (is_network_filesystem(mount->type)) points_.insert(mount->mount_point);
  }
}

bool NetworkMounts::lead_to(std::string_view mount_point) const {
  if (points_.empty() || mount_point == "/") return false;
  if (points_.contains("/")) return true;
  for (std::size_t end = mount_point.find('/', 1); end != std::string_view::npos;
       end = mount_point.find('/', end + 1)) {
    if (points_.contains(mount_point.substr(0, end))) return true;
  }
  return false;
}

std::vector<DataMount> local_data_mounts(const std::vector<Mount>& mounts,
                                         const ShowsFile& shows_file) {
  const std::vector<const Mount*> visible = visible_mounts(mounts);
  const NetworkMounts network(visible);

  struct Candidate {
    bool may_hang;
    std::size_t root_size, point_size, index;  // the index is that of `visible`
    auto operator<=>(const Candidate&) const = default;
  };
  std::map<std::pair<std::int64_t, std::int64_t>, std::vector<Candidate>> devices;
  for (std::size_t i = 0; i < visible.size(); ++i) {
    const Mount& mount = *visible[i];
    if (is_network_filesystem(mount.type) || is_pseudo_filesystem(mount.type)) continue;
    devices[{mount.device_major, mount.device_minor}].push_back(
        {network.lead_to(mount.mount_point), mount.root.size(), mount.mount_point.size(), i});
  }
  std::vector<Candidate> chosen;
  for (auto& [device, candidates] : devices) {
    std::sort(candidates.begin(), candidates.end());
    // The best one that shows no file: so few are looked at even where containers mount thousands.
    const auto best =
        std::find_if(candidates.begin(), candidates.end(), [&](const Candidate& candidate) {
          const Mount& mount = *visible[candidate.index];
          return mount.root == "/" || candidate.may_hang || !shows_file(mount);
        });
    if (best != candidates.end()) chosen.push_back(*best);
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const Candidate& a, const Candidate& b) { return a.index < b.index; });
  std::vector<DataMount> out;
  out.reserve(chosen.size());
  for (const Candidate& candidate : chosen)
    out.push_back({*visible[candidate.index], !candidate.may_hang});
  return out;
}

}  // namespace muster::agent::collect
