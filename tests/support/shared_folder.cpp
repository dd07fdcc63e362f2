// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shared_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>

namespace muster::test {
namespace {

int open_lock(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) throw std::runtime_error("cannot open " + file.string());
  return descriptor;
}

}  // namespace

std::optional<std::filesystem::path> shared_folder() {
  const char* const named = std::getenv("MUSTER_TEST_SHARED");
  if (named == nullptr || *named == '\0') return std::nullopt;
  std::filesystem::create_directories(named);
  return named;
}

FileLock::FileLock(const std::filesystem::path& file, Mode mode) : descriptor_(open_lock(file)) {
  while (::flock(descriptor_, mode == Mode::kShared ? LOCK_SH : LOCK_EX) != 0) {
    if (errno != EINTR) throw std::runtime_error("cannot lock " + file.string());
  }
}

std::optional<FileLock> FileLock::try_exclusive(const std::filesystem::path& file) {
  FileLock lock(open_lock(file));
  if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) return std::nullopt;
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace muster::test
