// SPDX-License-Identifier: Apache-2.0
// The one door to the machine: no collector opens a file or a socket itself. LiveHost reads the
// running system (or a copied tree below --root), RecordingHost notes all that passes through
// another host, CapturedHost answers from such a record. Paths are absolute and as on the machine
// ("/proc/meminfo"); answers are bytes, never interpreted here. A Host may be used by several
// threads at once. Results: kNotFound, kDenied, kTooLarge, kTimeout, kIo.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/result.h"

namespace muster::agent::host {

enum class FileType { kFile, kDirectory, kLink, kOther };

struct FileStatus {
  FileType type = FileType::kOther;
  std::int64_t size_bytes = 0;
  std::int64_t modified_ms = 0;  // since 1970 UTC
  std::uint64_t device = 0;      // st_dev: with the inode, says whether it is the same file
  std::uint64_t inode = 0;
  std::uint32_t mode = 0;  // permission bits
};

struct FilesystemSpace {
  std::int64_t size_bytes = 0;
  std::int64_t available_bytes = 0;  // to a program without privileges
};

struct Uname {
  std::string kernel_name;   // uname -s
  std::string architecture;  // uname -m
};

enum class NetlinkDump { kLinks, kAddresses };  // RTM_GETLINK, RTM_GETADDR

class Host {
 public:
  static constexpr std::size_t kReadBytes =
      1024 * 1024;  // more than any /proc or /sys file that a collector reads

  virtual ~Host() = default;

  // The whole file. kTooLarge above `limit_bytes`; devices, FIFOs and sockets are never opened
  // (kMalformed).
  virtual Result<std::string> read(std::string_view path, std::size_t limit_bytes = kReadBytes) = 0;
  // Names in a directory, sorted bytewise, without "." and "..".
  virtual Result<std::vector<std::string>> list(std::string_view path) = 0;
  // Where a symbolic link points to, as it is written in the link.
  virtual Result<std::string> read_link(std::string_view path) = 0;
  // lstat(2): does not follow a final symlink.
  virtual Result<FileStatus> status(std::string_view path) = 0;
  // Never called for network file systems: statvfs(3) hangs when their server is away.
  virtual Result<FilesystemSpace> space(std::string_view mount_point) = 0;
  virtual Result<Uname> uname() = 0;
  // The answer to an rtnetlink dump, all messages one after another. kNotFound below --root.
  virtual Result<std::string> netlink(NetlinkDump dump) = 0;
};

}  // namespace muster::agent::host
