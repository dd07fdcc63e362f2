// SPDX-License-Identifier: Apache-2.0
// Disks that tests can make small, full and read-only, and bits that flip on them. Mounting needs
// root. One thread.
#pragma once
#include <cstdint>
#include <filesystem>

#include "tests/support/program.h"

namespace muster::test {

void flip_bit(const std::filesystem::path& file, std::uint64_t bit);

// A file system of its own that is as small as a test wants it; unmounted at the end.
class SmallDisk {
 public:
  explicit SmallDisk(const char* size);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::filesystem::path& path() const { return folder_.path(); }
  // All that is left, or all but so many bytes.
  void fill(std::uintmax_t but_bytes) const;
  // While nothing on it is open for writing.
  void set_read_only(bool on) const;
  void make_room() const { std::filesystem::remove(folder_.path() / "ballast"); }

 private:
  TemporaryFolder folder_;
};

}  // namespace muster::test
