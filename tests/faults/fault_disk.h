// SPDX-License-Identifier: Apache-2.0
// A disk for SQLite that fails where it is told to, and that can lose its power: an SQLite VFS
// (https://www.sqlite.org/vfs.html) over the ordinary one, the default of the process once it is
// installed.
//
// Two ways of going wrong, which may be combined:
//   fail_at     the Nth operation of the chosen kinds fails, once or from then on
//   power_loss  writes stay in memory until the file is synced, and all connections of this process
//               see them there; when the power goes, each sector not yet synced is on the disk, or
//               not, or torn, by a seeded chance. Another process sees only what was synced, so it
//               must not open the database meanwhile. A sync that fails drops what it was for, as
//               the kernel may: what is read afterwards is not on the disk.
// Deleting a file takes effect at once, and the shared memory of the log's index is the real one,
// which no power loss survives anyhow. Nothing is really synced: a killed process loses nothing
// that the kernel has. Any thread.
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace muster::test {

enum DiskOperation : unsigned {
  kDiskOpen = 1,
  kDiskRead = 2,
  kDiskWrite = 4,
  kDiskSync = 8,
  kDiskTruncate = 16,
  kDiskDelete = 32,
  kDiskChanges = kDiskOpen | kDiskWrite | kDiskSync | kDiskTruncate | kDiskDelete,
};

enum class DiskTrouble { kError, kNoSpace, kShort };  // kShort: half a write, then no space

struct DiskPlan {
  std::int64_t fail_at = 0;  // 0: never
  bool always = false;
  unsigned operations = kDiskChanges;  // that are counted and may fail
  DiskTrouble trouble = DiskTrouble::kError;
  bool power_loss = false;
  bool ignore_sync = false;  // with power_loss: syncing is switched off
};

// What one file of the simulated disk holds.
struct DiskFile {
  struct Change {
    std::int64_t offset;
    std::string bytes;
    bool truncates = false;  // to `offset`
  };
  std::string present;  // as the process sees it
  std::string synced;
  std::vector<Change> unsynced;
};

class FaultDisk {
 public:
  // The disk of the process; registered as SQLite's default with the first call.
  static FaultDisk& install();

  // Operations are counted anew. The simulated files are forgotten unless `keep_files`.
  void set(const DiskPlan& plan, bool keep_files = false);
  std::int64_t operations() const;
  bool has_failed() const;  // something was made to fail since set()

  // Called before each counted operation with its number, without any lock held.
  void before_operation(std::function<void(std::int64_t)> look);

  // With power_loss: the files of `folder` as they could be found after the power went now, as
  // files of the same names in `image`. The process goes on.
  void write_image(const std::filesystem::path& folder, const std::filesystem::path& image,
                   std::uint64_t seed);
  // The power goes: what chance leaves is written to the real files, and every operation waits for
  // ever. The caller ends the process.
  void lose_power(std::uint64_t seed);

  // For the VFS (fault_disk.cpp).
  enum class Verdict { kGo, kFail };
  Verdict count(DiskOperation operation);
  DiskPlan plan() const;
  std::mutex& mutex() { return mutex_; }
  std::shared_ptr<DiskFile> file(const std::string& path);  // with the mutex held
  void forget(const std::string& path);                     // the same

 private:
  mutable std::mutex mutex_;
  DiskPlan plan_;
  std::int64_t operations_ = 0;
  bool has_failed_ = false;
  std::function<void(std::int64_t)> look_;
  std::map<std::string, std::shared_ptr<DiskFile>> files_;
};

// What the disk holds of a file after the power went.
std::string after_power_loss(const DiskFile& file, std::uint64_t seed);

}  // namespace muster::test
