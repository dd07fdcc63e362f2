// SPDX-License-Identifier: Apache-2.0
// The filesystems section: mounted file systems that hold data. Pseudo file systems, the layers of
// containers and read-only images (squashfs of snaps) are left out; of several mounts of one file
// system (bind mounts) one is kept, but the subvolumes of btrfs are told apart. A network file
// system is named but never touched, not even by statvfs(3), which hangs when its server is away.
// Sizes are in bytes; that of zfs is left out because it changes with what others in the pool use.
// Pure but for collect_filesystems; any thread. Source: proc(5), /proc/pid/mountinfo.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "agent/collect/linux/mountinfo.h"
#include "common/inventory/sections/filesystems.h"

namespace muster::agent {

// What the section lists: the local mounts and those of other machines, each mount point once,
// sorted by mount point.
std::vector<Mount> select_filesystems(const std::vector<Mount>& mounts);

// The options of mount and file system, sorted, without those that differ from one mounting to the
// next (file descriptors, addresses, ports), that may be secret, or that have a field (rw, ro).
std::vector<std::string> stable_mount_options(const Mount& mount);

// "https://user:password@host/x" without the password; anything else as it is.
std::string without_password(std::string_view source);

Collected collect_filesystems(Host& host);

}  // namespace muster::agent
