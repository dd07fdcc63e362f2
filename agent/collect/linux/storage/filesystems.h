// SPDX-License-Identifier: Apache-2.0
// The filesystems section: mounted file systems that hold data. Pseudo file systems, the layers of
// containers, read-only images (squashfs of snaps) and mounts of single files are left out; of
// several mounts of one local file system (bind mounts) one is kept, but the subvolumes of btrfs
// are told apart, and of a network file system each mount point is a row. A network file system,
// and whatever lies below one or below an automount, is named but never touched, not even by
// statvfs(3), which hangs when the server is away: its size is unknown. Sizes are in bytes; that of
// zfs is left out because it changes with what others in the pool use. A list without any mount is
// a failure: no process is without one. Pure except collect_filesystems; any thread. Source:
// proc(5), /proc/pid/mountinfo.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "agent/collect/linux/storage/mountinfo.h"
#include "common/inventory/sections/filesystems.h"

namespace muster::agent::collect {

// What the section lists: the local mounts and those of other machines, each mount point once,
// sorted by mount point.
std::vector<DataMount> select_filesystems(const std::vector<Mount>& mounts,
                                          const ShowsFile& shows_file);

// True for a mount of a single file, by what the host says of its mount point.
bool is_single_file(host::Host& host, const Mount& mount);

// The options of mount and file system, sorted, without those that differ from one mounting to the
// next (file descriptors, addresses, ports), that may be secret, or that have a field (rw, ro).
std::vector<std::string> stable_mount_options(const Mount& mount);

// "https://user:password@host/x" without the password; anything else as it is.
std::string without_password(std::string_view source);

CollectedSection collect_filesystems(host::Host& host);

}  // namespace muster::agent::collect
