// SPDX-License-Identifier: Apache-2.0
// File systems that hold data and are mounted. Free space is a vital. Network file systems, and
// what lies below one, are named, never touched.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

struct Filesystem {
  std::string mount_point;
  std::int64_t instance = 1;
  std::optional<std::string> device, type, uuid, label;
  std::vector<std::string> options;
  std::optional<std::int64_t> size_bytes;
  std::optional<bool> network, read_only;

  static constexpr auto kSection = [] {
    using R = Filesystem;
    return section<R>(
        {.name = "filesystems",
         .title = "File systems",
         .one = "File system",
         .meaning = "File systems that hold data and are mounted: a local one once, at "
                    "the mount point that shows it best, a subvolume of btrfs and a "
                    "network file system at each"},
        key("mount_point", &R::mount_point, "Where it is mounted",
            {.read_from = "/proc/1/mountinfo, /proc/self/mountinfo"}),
        key("instance", &R::instance, "Number that tells apart mounts at one place",
            {.instance = true}),
        fact("device", &R::device, "What is mounted: device, server:/path, pool",
             {.read_from = "/proc/1/mountinfo, /proc/self/mountinfo", .summary = true}),
        fact("type", &R::type, "Kind: ext4, xfs, nfs4, ...",
             {.read_from = "/proc/1/mountinfo, /proc/self/mountinfo", .summary = true}),
        fact("uuid", &R::uuid, "UUID of the file system",
             {.read_from = "/dev/disk/by-uuid, /run/udev/data",
              .kind = TextKind::kVolumeUuid,
              .identity = true}),
        fact("label", &R::label, "Label of the file system",
             {.read_from = "/dev/disk/by-label, /run/udev/data"}),
        fact("options", &R::options, "Mount options",
             {.read_from = "/proc/1/mountinfo, /proc/self/mountinfo"}),
        fact("size_bytes", &R::size_bytes,
             "Size; absent where asking could wait for another machine (network file "
             "systems, and what is mounted below one or below an automount), and for "
             "ZFS, whose size changes with what others in the pool use",
             {.unit = "bytes", .read_from = "statvfs(3)", .summary = true}),
        fact("network", &R::network, "On another machine", {.read_from = "the type"}),
        fact("read_only", &R::read_only, "Mounted read-only",
             {.read_from = "/proc/1/mountinfo, /proc/self/mountinfo"}));
  }();
};

}  // namespace muster::inventory
