// SPDX-License-Identifier: Apache-2.0
// The filesystems section: mounted file systems that hold data. Pseudo file systems, the layers of
// containers and read-only images (squashfs of snaps) are left out; of several mounts of one thing
// (bind mounts) the shortest mount point is kept. A network file system is named but never touched,
// not even by statvfs(3), which hangs when its server is away. Sizes are in bytes. Pure but for
// collect_filesystems; any thread. Source: proc(5), /proc/pid/mountinfo.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "common/inventory/sections/filesystems.h"

namespace muster::agent {

enum class FilesystemClass {
  kPseudo,   // holds no data of the machine: proc, tmpfs, overlay, autofs, squashfs, ...
  kLocal,    // on a device, or in a pool (zfs, btrfs)
  kNetwork,  // on another machine, or answered by a program (fuse.*), so that it may hang
};
FilesystemClass classify_filesystem(std::string_view type, std::string_view source);

// "a,b" of mount options without those that differ from boot to boot or say nothing of how it is
// set up; read-only or not has a field of its own. Sorted.
std::vector<std::string> stable_mount_options(std::string_view mount_options,
                                              std::string_view super_options);

Collected collect_filesystems(Host& host);

}  // namespace muster::agent
