// SPDX-License-Identifier: Apache-2.0
// Disks that tests can make small, full and read-only, and bits that flip on them. Mounting needs
// root. One thread.
#pragma once
#include <sys/mount.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include "tests/support/program.h"

namespace muster::test {

inline void flip_bit(const std::filesystem::path& file, std::uint64_t bit) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(bit / 8));
  const int old = bytes.get();
  bytes.seekp(static_cast<std::streamoff>(bit / 8));
  bytes.put(static_cast<char>(old ^ (1 << (bit % 8))));
}

// A file system of its own that is as small as a test wants it; unmounted at the end.
class SmallDisk {
 public:
  explicit SmallDisk(const char* size) {
    const std::string options = std::string("mode=0700,size=") + size;
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options.c_str()) != 0)
      throw std::runtime_error("cannot mount a tmpfs: this test runs as root");
  }
  ~SmallDisk() { ::umount2(folder_.path().c_str(), MNT_DETACH); }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  const std::filesystem::path& path() const { return folder_.path(); }
  // All that is left, or all but so many bytes.
  void fill(std::uintmax_t but_bytes) const {
    const std::uintmax_t free = std::filesystem::space(folder_.path()).available;
    std::ofstream out(folder_.path() / "ballast", std::ios::binary);
    const std::string block(4096, 'x');
    for (std::uintmax_t written = 0; written + block.size() + but_bytes <= free;
         written += block.size()) {
      out << block;
    }
  }
  // While nothing on it is open for writing.
  void set_read_only(bool on) const {
    if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT | (on ? MS_RDONLY : 0),
                nullptr) != 0)
      throw std::runtime_error("cannot remount " + folder_.path().string());
  }
  void make_room() const { std::filesystem::remove(folder_.path() / "ballast"); }

 private:
  TemporaryFolder folder_;
};

}  // namespace muster::test
