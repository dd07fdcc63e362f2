// SPDX-License-Identifier: Apache-2.0
// The Host that reads this machine, or a copied tree below `root`.
//
// Links: on the running system they are followed as the kernel follows them, since /sys and /etc
// are made of them; below another root they are followed inside it only (root_directory.h).
// status() and read_link() never follow the last one. A file is found with O_PATH and looked at
// before it is opened, and then opened through that very descriptor, so that a FIFO cannot block us
// and a device is never opened, whatever is renamed in between. Reads are O_NONBLOCK and stop at
// the limit, since files in /proc and /sys say nothing true about their size.
//
// Below another root space() and netlink() are kNotFound: their answers would be about the wrong
// machine. Failures name the path as on the machine. Immutable; any thread may use it.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/host/host.h"
#include "agent/host/root_directory.h"

namespace muster::agent::host {

class LiveHost final : public Host {
 public:
  explicit LiveHost(std::string root = "/",
                    RootDirectory::Method method = RootDirectory::Method::kBest);

  Result<std::string> read(std::string_view path, std::size_t limit_bytes = kReadBytes) override;
  Result<std::vector<std::string>> list(std::string_view path) override;
  Result<std::string> read_link(std::string_view path) override;
  Result<FileStatus> status(std::string_view path) override;
  Result<FilesystemSpace> space(std::string_view mount_point) override;
  Result<Uname> uname() override;
  Result<std::string> netlink(NetlinkDump dump) override;

 private:
  Result<FileDescriptor> find(std::string_view action, std::string_view path,
                              LastLink last_link) const;

  RootDirectory root_;
};

}  // namespace muster::agent::host
