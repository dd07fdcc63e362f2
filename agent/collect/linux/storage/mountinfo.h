// SPDX-License-Identifier: Apache-2.0
// /proc/self/mountinfo as a list of mounts (proc(5), Documentation/filesystems/proc.rst 3.5), and
// what a file system type says of itself: on another machine, or nothing that holds data. Pure;
// any thread. Lines that are not mounts are left out and counted, so that a collector can say so.
#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace muster::agent::collect {

struct Mount {
  std::int64_t id = 0;
  std::int64_t parent_id = 0;
  std::int64_t device_major = 0;  // 0: the file system has no block device
  std::int64_t device_minor = 0;
  std::string root;  // what of the file system is mounted: "/" or, for a bind mount, a folder in it
  std::string mount_point;
  std::vector<std::string> mount_options;  // of this mount: rw, nosuid, relatime, ...
  std::string type;                        // ext4, fuse.sshfs, ...
  std::string source;                      // device, server:/path, pool; "none" stays as it is
  std::vector<std::string> super_options;  // of the file system: rw, errors=remount-ro, ...

  bool read_only() const;  // the mount or the file system
};

struct Mountinfo {
  std::vector<Mount> mounts;         // in the order of the kernel: a later one covers an earlier
  std::size_t unreadable_lines = 0;  // not as proc(5) describes them
};

Mountinfo parse_mountinfo(std::string_view text);

// The kernel writes space, tab, newline, backslash and # in paths as \ooo; anything else that looks
// like an escape stays as it is.
std::string decode_mount_escapes(std::string_view text);

// The data is on another machine (nfs, cifs, ceph, 9p, fuse.sshfs, autofs, ...): statvfs(3) would
// hang when that machine is away, so such a mount is never touched.
bool is_network_filesystem(std::string_view type);
// Made by the kernel or a program on the fly (proc, sysfs, tmpfs, cgroup2, ...): holds no data that
// outlives the machine's uptime.
bool is_pseudo_filesystem(std::string_view type);

// The mounts that a path leads to: a later mount at a place covers an earlier one. In the order of
// the kernel.
std::vector<const Mount*> visible_mounts(const std::vector<Mount>& mounts);

// The visible mounts that stand in the way: a path that leads through one of them may hang. An
// automount that is covered by what it has mounted is in nobody's way.
class NetworkMounts {
 public:
  explicit NetworkMounts(const std::vector<const Mount*>& visible);
  // True when one of them is above `mount_point`, so that even a local file system there must not
  // be touched.
  bool lead_to(std::string_view mount_point) const;

 private:
  std::set<std::string_view> points_;  // into the mounts
};

struct DataMount {
  Mount mount;
  bool may_be_touched = false;  // statvfs(3) does not wait for another machine
};

// Whether a mount shows a single file instead of a folder; asked only about what may be touched.
using ShowsFile = std::function<bool(const Mount&)>;

// For each local file system that holds data, the one mount that shows it best: one that may be
// touched, then its own root before a folder in it (bind mounts, subvolumes), then the shortest
// mount point. A mount that a later one covers is not counted, and neither is one of a single file
// (container engines mount /etc/hosts): it says nothing of the volume. The order stays.
std::vector<DataMount> local_data_mounts(const std::vector<Mount>& mounts,
                                         const ShowsFile& shows_file);

}  // namespace muster::agent::collect
