// SPDX-License-Identifier: Apache-2.0
// What the programs of tests of one build share while they run, in one folder and behind locks:
// MUSTER_TEST_SHARED names it, CTest sets that. A program that is started by hand has nobody to
// share with and makes what it needs for itself.
#pragma once
#include <filesystem>
#include <optional>

namespace muster::test {

// Made when it is not there.
std::optional<std::filesystem::path> shared_folder();

// flock(2) on a file; given back with the object, or with the process, however it ends. Children
// that become other programs do not hold it.
class FileLock {
 public:
  enum class Mode { kShared, kExclusive };
  // Waits.
  FileLock(const std::filesystem::path& file, Mode mode);
  // Does not wait: nullopt when somebody else is in the way.
  static std::optional<FileLock> try_exclusive(const std::filesystem::path& file);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_ = -1;
};

}  // namespace muster::test
