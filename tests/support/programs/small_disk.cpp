// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/small_disk.h"

#include <sys/mount.h>

#include <fstream>
#include <stdexcept>
#include <string>

namespace muster::test {

void flip_bit(const std::filesystem::path& file, std::uint64_t bit) {
  std::fstream bytes(file, std::ios::in | std::ios::out | std::ios::binary);
  bytes.seekg(static_cast<std::streamoff>(bit / 8));
  const int old = bytes.get();
  bytes.seekp(static_cast<std::streamoff>(bit / 8));
  bytes.put(static_cast<char>(old ^ (1 << (bit % 8))));
}

SmallDisk::SmallDisk(const char* size) {
  const std::string options = std::string("mode=0700,size=") + size;
  if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", 0, options.c_str()) != 0)
    throw std::runtime_error("cannot mount a tmpfs: this test runs as root");
}

SmallDisk::~SmallDisk() {
  ::umount2(folder_.path().c_str(), MNT_DETACH);
}

void SmallDisk::fill(std::uintmax_t but_bytes) const {
  const std::uintmax_t free = std::filesystem::space(folder_.path()).available;
  std::ofstream out(folder_.path() / "ballast", std::ios::binary);
  const std::string block(4096, 'x');
  for (std::uintmax_t written = 0; written + block.size() + but_bytes <= free;
       written += block.size()) {
    out << block;
  }
}

void SmallDisk::set_read_only(bool on) const {
  if (::mount("tmpfs", folder_.path().c_str(), "tmpfs", MS_REMOUNT | (on ? MS_RDONLY : 0),
              nullptr) != 0)
    throw std::runtime_error("cannot remount " + folder_.path().string());
}

}  // namespace muster::test
