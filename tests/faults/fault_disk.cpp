// SPDX-License-Identifier: Apache-2.0
#include "tests/faults/fault_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <new>
#include <random>
#include <stdexcept>

namespace muster::test {
namespace {

sqlite3_vfs* real_vfs = nullptr;  // set once, before the first file is opened

// One open file: SQLite's head, what is ours, and behind it the real VFS's own.
struct OpenFile {
  sqlite3_file base;
  std::shared_ptr<DiskFile>* simulated;  // nullptr: not simulated
  bool writable;
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

OpenFile* of(sqlite3_file* file) {
  return reinterpret_cast<OpenFile*>(file);
}

FaultDisk& disk() {
  return FaultDisk::install();
}

int trouble_code(int error) {
  return disk().plan().trouble == DiskTrouble::kError ? error : SQLITE_FULL;
}

void write_present(DiskFile& file, const char* bytes, std::int64_t offset, std::size_t size) {
  const auto at = static_cast<std::size_t>(offset);
  if (file.present.size() < at + size) file.present.resize(at + size, '\0');
  std::memcpy(file.present.data() + at, bytes, size);
  file.unsynced.push_back({offset, std::string(bytes, size)});
}

int close_file(sqlite3_file* file) {
  const std::unique_ptr<std::shared_ptr<DiskFile>> owned(of(file)->simulated);
  return of(file)->real()->pMethods->xClose(of(file)->real());
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  OpenFile& open = *of(file);
  if (disk().count(kDiskRead) == FaultDisk::Verdict::kFail) return SQLITE_IOERR_READ;
  if (open.simulated == nullptr) return open.real()->pMethods->xRead(open.real(), to, size, offset);
  const std::lock_guard lock(disk().mutex());
  const std::string& present = (*open.simulated)->present;
  const auto wanted = static_cast<std::size_t>(size);
  const std::size_t at = std::min(static_cast<std::size_t>(offset), present.size());
  const std::size_t there = std::min(wanted, present.size() - at);
  std::memcpy(to, present.data() + at, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(to) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  OpenFile& open = *of(file);
  const bool fails = disk().count(kDiskWrite) == FaultDisk::Verdict::kFail;
  const DiskPlan plan = disk().plan();
  if (fails && plan.trouble != DiskTrouble::kShort) return trouble_code(SQLITE_IOERR_WRITE);
  const int written = fails ? size / 2 : size;
  if (open.simulated != nullptr) {
    const std::lock_guard lock(disk().mutex());
    write_present(**open.simulated, static_cast<const char*>(from), offset,
                  static_cast<std::size_t>(written));
  } else {
    const int code = open.real()->pMethods->xWrite(open.real(), from, written, offset);
    if (code != SQLITE_OK) return code;
  }
  return fails ? SQLITE_FULL : SQLITE_OK;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  OpenFile& open = *of(file);
  if (disk().count(kDiskTruncate) == FaultDisk::Verdict::kFail)
    return trouble_code(SQLITE_IOERR_TRUNCATE);
  if (open.simulated == nullptr) return open.real()->pMethods->xTruncate(open.real(), size);
  const std::lock_guard lock(disk().mutex());
  DiskFile& simulated = **open.simulated;
  simulated.present.resize(static_cast<std::size_t>(size), '\0');
  simulated.unsynced.push_back({size, {}, true});
  return SQLITE_OK;
}

int sync_file(sqlite3_file* file, int) {
  OpenFile& open = *of(file);
  const bool fails = disk().count(kDiskSync) == FaultDisk::Verdict::kFail;
  if (open.simulated == nullptr) return fails ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  const bool ignored = disk().plan().ignore_sync;
  const std::lock_guard lock(disk().mutex());
  DiskFile& simulated = **open.simulated;
  if (fails) {
    // As Linux does it: the pages count as clean from now on, and are nowhere but in memory.
    simulated.unsynced.clear();
    return SQLITE_IOERR_FSYNC;
  }
  if (ignored) return SQLITE_OK;
  for (const DiskFile::Change& change : simulated.unsynced) {
    const int code = change.truncates ? open.real()->pMethods->xTruncate(open.real(), change.offset)
                                      : open.real()->pMethods->xWrite(
                                            open.real(), change.bytes.data(),
                                            static_cast<int>(change.bytes.size()), change.offset);
    if (code != SQLITE_OK) return code;
  }
  simulated.unsynced.clear();
  simulated.synced = simulated.present;
  return SQLITE_OK;
}

int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  OpenFile& open = *of(file);
  if (open.simulated == nullptr) return open.real()->pMethods->xFileSize(open.real(), size);
  const std::lock_guard lock(disk().mutex());
  *size = static_cast<sqlite3_int64>((*open.simulated)->present.size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file* file, int level) {
  return of(file)->real()->pMethods->xLock(of(file)->real(), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return of(file)->real()->pMethods->xUnlock(of(file)->real(), level);
}
int check_lock(sqlite3_file* file, int* held) {
  return of(file)->real()->pMethods->xCheckReservedLock(of(file)->real(), held);
}
int control_file(sqlite3_file* file, int what, void* argument) {
  // It would make the real file longer than the simulated one.
  if (what == SQLITE_FCNTL_SIZE_HINT) return SQLITE_OK;
  return of(file)->real()->pMethods->xFileControl(of(file)->real(), what, argument);
}
int sector_size(sqlite3_file* file) {
  return of(file)->real()->pMethods->xSectorSize(of(file)->real());
}
int characteristics(sqlite3_file* file) {
  return of(file)->real()->pMethods->xDeviceCharacteristics(of(file)->real());
}
int map_shared(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
  return of(file)->real()->pMethods->xShmMap(of(file)->real(), page, size, extend, out);
}
int lock_shared(sqlite3_file* file, int offset, int count, int flags) {
  return of(file)->real()->pMethods->xShmLock(of(file)->real(), offset, count, flags);
}
void barrier(sqlite3_file* file) {
  of(file)->real()->pMethods->xShmBarrier(of(file)->real());
}
int unmap_shared(sqlite3_file* file, int remove) {
  return of(file)->real()->pMethods->xShmUnmap(of(file)->real(), remove);
}

// Version 2: no memory mapping of the database itself, which would go past read_file.
const sqlite3_io_methods kMethods = {2,
                                     close_file,
                                     read_file,
                                     write_file,
                                     truncate_file,
                                     sync_file,
                                     size_of_file,
                                     lock_file,
                                     unlock_file,
                                     check_lock,
                                     control_file,
                                     sector_size,
                                     characteristics,
                                     map_shared,
                                     lock_shared,
                                     barrier,
                                     unmap_shared,
                                     nullptr,
                                     nullptr};

int open_file(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* file, int flags, int* out_flags) {
  OpenFile* open = of(file);
  std::memset(static_cast<void*>(open), 0, sizeof(OpenFile));
  if (disk().count(kDiskOpen) == FaultDisk::Verdict::kFail) return SQLITE_CANTOPEN;
  const int code = real_vfs->xOpen(real_vfs, name, open->real(), flags, out_flags);
  if (code != SQLITE_OK) return code;
  open->base.pMethods = &kMethods;
  if (name != nullptr && disk().plan().power_loss) {
    const std::lock_guard lock(disk().mutex());
    open->simulated = new std::shared_ptr<DiskFile>(disk().file(name));
  }
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  if (disk().count(kDiskDelete) == FaultDisk::Verdict::kFail) return SQLITE_IOERR_DELETE;
  {
    const std::lock_guard lock(disk().mutex());
    disk().forget(name);
  }
  return real_vfs->xDelete(real_vfs, name, sync_folder);
}

}  // namespace

FaultDisk& FaultDisk::install() {
  static FaultDisk* const kDisk = [] {
    real_vfs = sqlite3_vfs_find(nullptr);
    static sqlite3_vfs vfs = *real_vfs;
    vfs.zName = "muster-faults";
    vfs.pNext = nullptr;
    vfs.szOsFile = static_cast<int>(sizeof(OpenFile)) + real_vfs->szOsFile;
    vfs.xOpen = open_file;
    vfs.xDelete = delete_file;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK) throw std::runtime_error("no VFS");
    return new FaultDisk;
  }();
  return *kDisk;
}

void FaultDisk::set(const DiskPlan& plan, bool keep_files) {
  const std::lock_guard lock(mutex_);
  plan_ = plan;
  operations_ = 0;
  has_failed_ = false;
  if (!keep_files) files_.clear();
}

std::int64_t FaultDisk::operations() const {
  const std::lock_guard lock(mutex_);
  return operations_;
}
bool FaultDisk::has_failed() const {
  const std::lock_guard lock(mutex_);
  return has_failed_;
}
DiskPlan FaultDisk::plan() const {
  const std::lock_guard lock(mutex_);
  return plan_;
}
void FaultDisk::before_operation(std::function<void(std::int64_t)> look) {
  const std::lock_guard lock(mutex_);
  look_ = std::move(look);
}

FaultDisk::Verdict FaultDisk::count(DiskOperation operation) {
  std::function<void(std::int64_t)> look;
  std::int64_t number = 0;
  Verdict verdict = Verdict::kGo;
  {
    const std::lock_guard lock(mutex_);
    if ((plan_.operations & operation) == 0) return Verdict::kGo;
    number = ++operations_;
    look = look_;
    if (plan_.fail_at > 0 &&
        (number == plan_.fail_at || (plan_.always && number > plan_.fail_at))) {
      verdict = Verdict::kFail;
      has_failed_ = true;
    }
  }
  if (look) look(number);
  return verdict;
}

std::shared_ptr<DiskFile> FaultDisk::file(const std::string& path) {
  std::shared_ptr<DiskFile>& file = files_[path];
  if (!file) {
    file = std::make_shared<DiskFile>();
    std::ifstream in(path, std::ios::binary);
    file->present.assign(std::istreambuf_iterator<char>(in), {});
    file->synced = file->present;
  }
  return file;
}

void FaultDisk::forget(const std::string& path) {
  files_.erase(path);
}

void FaultDisk::write_image(const std::filesystem::path& folder, const std::filesystem::path& image,
                            std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  for (const auto& [path, file] : files_) {
    const std::filesystem::path real(path);
    if (real.parent_path() != folder) continue;
    std::ofstream(image / real.filename(), std::ios::binary) << after_power_loss(*file, seed++);
  }
}

void FaultDisk::lose_power(std::uint64_t seed) {
  // Never unlocked: other threads must not write any more while this process ends.
  mutex_.lock();
  for (const auto& [path, file] : files_) {
    if (!std::filesystem::exists(path)) continue;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << after_power_loss(*file, seed++);
  }
}

std::string after_power_loss(const DiskFile& file, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto chance = [&random](int percent) { return static_cast<int>(random() % 100) < percent; };
  const std::size_t sector = chance(50) ? 512 : 4096;
  constexpr int kKept[] = {0, 10, 50, 90, 100};
  const int kept = kKept[random() % std::size(kKept)];
  std::vector<DiskFile::Change> reached;
  for (const DiskFile::Change& change : file.unsynced) {
    if (change.truncates) {
      if (chance(kept)) reached.push_back(change);
      continue;
    }
    for (std::size_t at = 0; at < change.bytes.size();) {
      const auto offset = static_cast<std::size_t>(change.offset) + at;
      const std::size_t size = std::min(sector - offset % sector, change.bytes.size() - at);
      if (chance(kept)) {
        const std::size_t torn = chance(5) ? random() % size : size;
        reached.push_back({static_cast<std::int64_t>(offset), change.bytes.substr(at, torn)});
      }
      at += size;
    }
  }
  if (chance(70)) std::shuffle(reached.begin(), reached.end(), random);
  std::string disk = file.synced;
  for (const DiskFile::Change& change : reached) {
    const auto at = static_cast<std::size_t>(change.offset);
    const std::size_t end = at + change.bytes.size();
    if (change.truncates) {
      disk.resize(std::min(disk.size(), at));
      continue;
    }
    if (disk.size() < end) disk.resize(end, '\0');
    disk.replace(at, change.bytes.size(), change.bytes);
  }
  return disk;
}

}  // namespace muster::test
