// SPDX-License-Identifier: Apache-2.0
// MapHost: a small machine in memory for tests: files, links, failures, netlink answers. It keeps
// what was asked, so that a test can say what must not be touched. A tree on disk is read by
// LiveHost(root) instead. Also ttar archives as a MapHost, and where files of tests are found.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "agent/host/host.h"
#include "tests/support/test_data.h"

namespace muster::agent {

using test::read_test_file;
using test::shared_data;

class MapHost : public host::Host {
 public:
  std::map<std::string, std::string> files;
  std::map<std::string, std::string> links;
  std::map<std::string, std::int64_t> modified_ms;
  std::map<std::string, Failure> failures;  // of the path as it is asked for
  std::set<std::string> directories;        // those without content
  std::optional<std::string> link_dump, address_dump;
  std::set<std::string> asked;
  std::set<std::string> spaces_asked;

  Result<std::string> read(std::string_view path, std::size_t limit_bytes = kReadBytes) override;
  Result<std::vector<std::string>> list(std::string_view path) override;
  Result<std::string> read_link(std::string_view path) override;
  Result<host::FileStatus> status(std::string_view path) override;
  Result<host::FilesystemSpace> space(std::string_view mount_point) override;
  Result<host::Uname> uname() override { return host::Uname{"Linux", "x86_64"}; }
  Result<std::string> netlink(host::NetlinkDump dump) override;

 private:
  std::string resolve(std::string_view path, bool follow_last) const;
};

// Puts a ttar archive (Path:, Lines:, SymlinkTo:, Directory: headers; NULLBYTE and a final EOF as
// escapes) into `host`, without the archive's first folder.
void load_ttar(MapHost& host, std::string_view archive);

}  // namespace muster::agent
