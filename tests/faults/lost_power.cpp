// SPDX-License-Identifier: Apache-2.0
// The loss of power for the small files of a program: keys, certificates, the side log, the agent's
// state and spool (SQLite's have fault_disk.h). The calls that change files go through the
// definitions below, in the programs of tests/faults only; without MUSTER_POWER they do what those
// of the C library do.
//
//   MUSTER_POWER=root=FOLDER,crash_at=N,seed=S[,no_sync]
//
// Before the Nth change below FOLDER the power goes: of each folder a first part of the names that
// were not synced is kept, of each file with writes not synced what was synced, a part, zeros in
// its length, or all of it. Seed 0 keeps nothing that was not synced, seed 1 all names and nothing
// of the contents, others go by chance. no_sync: syncing is switched off. What stands below FOLDER
// when the program starts is on the disk. Linux; any thread.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "common/support/text.h"
#include "tests/faults/active_fault.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

struct PowerFile {
  ino_t inode = 0;  // which the next file has once this one is gone
  std::string present;
  std::string synced;
  bool is_dirty = false;
  mode_t mode = 0600;
};
using FileId = std::size_t;
struct NameChange {
  std::string name;
  std::optional<FileId> now;  // nullopt: gone
  bool is_with_next = false;  // a rename is two changes in one
};
struct PowerFolder {
  std::map<std::string, FileId> synced;
  std::vector<NameChange> unsynced;

  std::optional<FileId> find(const std::string& name) const {
    for (auto change = unsynced.rbegin(); change != unsynced.rend(); ++change) {
      if (change->name == name) return change->now;
    }
    const auto at = synced.find(name);
    return at == synced.end() ? std::nullopt : std::optional(at->second);
  }
};

std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class Power {
 public:
  Power() {
    const char* const text = std::getenv("MUSTER_POWER");
    if (text == nullptr) return;
    for (const std::string_view word : split(text, ',')) {
      const std::size_t equals = word.find('=');
      const std::string_view name = word.substr(0, equals);
      const std::string_view value =
          equals == std::string_view::npos ? "" : word.substr(equals + 1);
      if (name == "root") root_ = std::string(value);
      if (name == "crash_at") crash_at_ = parse_integer(value).value_or(0);
      if (name == "seed") seed_ = static_cast<std::uint64_t>(parse_integer(value).value_or(0));
      if (name == "no_sync") ignores_sync_ = true;
    }
    std::error_code none;
    for (fs::recursive_directory_iterator at(root_, none), end; !none && at != end;
         at.increment(none)) {
      if (at->is_directory()) folders_[at->path()];
      if (!at->is_regular_file() || !is_ours(at->path())) continue;
      const FileId id = add_file(at->path());
      files_[id].synced = files_[id].present;
      folders_[at->path().parent_path()].synced[at->path().filename()] = id;
    }
  }

  bool is_on() const { return !root_.empty(); }
  std::mutex& mutex() { return mutex_; }
  bool is_ours(const fs::path& path) const {
    const std::string text = path.string();
    return is_on() && text.starts_with(root_) && text.find("muster.db") == std::string::npos;
  }
  // With the mutex held, before each change.
  void step() {
    if (++steps_ == crash_at_) lose();
  }

  // The file is known by the name that it has now.
  FileId known(const fs::path& path) {
    PowerFolder& folder = folders_[path.parent_path()];
    struct stat status = {};
    ::stat(path.c_str(), &status);
    std::optional<FileId> id = folder.find(path.filename());
    if (!id || files_[*id].inode != status.st_ino) {
      id = files_.size();
      files_.push_back({status.st_ino, {}, {}, false, 0});
      folder.unsynced.push_back({path.filename(), *id});
    }
    files_[*id].mode = status.st_mode & 07777U;
    return *id;
  }
  void changed(FileId id, const fs::path& path) {
    files_[id].present = bytes_of(path);
    files_[id].is_dirty = true;
  }
  void synced(FileId id, const fs::path& path) {
    if (ignores_sync_) return;
    files_[id].present = files_[id].synced = bytes_of(path);
    files_[id].is_dirty = false;
  }
  void synced_folder(const fs::path& path) {
    if (ignores_sync_) return;
    PowerFolder& folder = folders_[path];
    for (const NameChange& change : folder.unsynced)
      apply(folder.synced, change);
    folder.unsynced.clear();
  }
  void renamed(const fs::path& from, const fs::path& to, FileId id) {
    folders_[from.parent_path()].unsynced.push_back({from.filename(), std::nullopt, true});
    folders_[to.parent_path()].unsynced.push_back({to.filename(), id});
  }
  void unlinked(const fs::path& path) {
    folders_[path.parent_path()].unsynced.push_back({path.filename(), std::nullopt});
  }

 private:
  static void apply(std::map<std::string, FileId>& names, const NameChange& change) {
    if (change.now) {
      names[change.name] = *change.now;
    } else {
      names.erase(change.name);
    }
  }
  FileId add_file(const fs::path& path) {
    struct stat status = {};
    ::stat(path.c_str(), &status);
    files_.push_back({status.st_ino, bytes_of(path), {}, false, status.st_mode & 07777U});
    return files_.size() - 1;
  }
  std::string left_of(const PowerFile& file, std::mt19937_64& chance) const {
    if (!file.is_dirty) return file.present;
    if (seed_ == 0) return file.synced;
    const std::size_t cut = chance() % (file.present.size() + 1);
    switch (seed_ == 1 ? chance() % 2 : chance() % 4) {
      case 0:
        return file.present.substr(0, std::min(cut, file.present.size() / 2));
      case 1:
        return std::string(file.present.size(), '\0');
      case 2:
        return file.synced;
      default:
        return file.present;
    }
  }
  [[noreturn]] void lose() {
    std::mt19937_64 chance(seed_ * 7919 + static_cast<std::uint64_t>(crash_at_));
    for (const auto& [path, folder] : folders_) {
      std::size_t kept = seed_ == 0   ? 0
                         : seed_ == 1 ? folder.unsynced.size()
                                      : chance() % (folder.unsynced.size() + 1);
      if (kept > 0 && folder.unsynced[kept - 1].is_with_next) ++kept;
      std::map<std::string, FileId> names = folder.synced;
      for (std::size_t i = 0; i < kept; ++i)
        apply(names, folder.unsynced[i]);
      for (const NameChange& change : folder.unsynced)
        ::syscall(SYS_unlinkat, AT_FDCWD, (path / change.name).c_str(), 0);
      for (const auto& [name, id] : names)
        put(path / name, left_of(files_[id], chance), files_[id].mode);
    }
    ::_exit(kFaultCrash);
  }
  static void put(const fs::path& path, const std::string& bytes, mode_t mode) {
    ::syscall(SYS_unlinkat, AT_FDCWD, path.c_str(), 0);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0 || ::fchmod(file, mode) != 0 ||
        ::syscall(SYS_write, file, bytes.data(), bytes.size()) != static_cast<long>(bytes.size()))
      std::abort();
    ::close(file);
  }

  std::mutex mutex_;
  std::string root_;
  std::int64_t crash_at_ = 0;
  std::int64_t steps_ = 0;
  std::uint64_t seed_ = 0;
  bool ignores_sync_ = false;
  std::map<fs::path, PowerFolder> folders_;
  std::vector<PowerFile> files_;
};

// One for the whole process, as its files are; nullptr before and while it is made.
Power* power() {
  static thread_local bool is_inside = false;
  if (is_inside) return nullptr;
  is_inside = true;
  static Power* const kPower = new Power;  // outlives every thread that may still write
  is_inside = false;
  return kPower->is_on() ? kPower : nullptr;
}

std::string path_of(int descriptor) {
  char buffer[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = ::readlink(link.c_str(), buffer, sizeof buffer);
  return size <= 0 ? "" : std::string(buffer, static_cast<std::size_t>(size));
}

// `call` on a watched file is a step, and `after` keeps account of it.
template <class Call, class After>
auto on_descriptor(int descriptor, Call call, After after) {
  Power* const all = power();
  if (all == nullptr) return call();
  const fs::path path = path_of(descriptor);
  struct stat status = {};
  if (!all->is_ours(path) || ::fstat(descriptor, &status) != 0 || status.st_nlink == 0)
    return call();
  const std::lock_guard lock(all->mutex());
  const bool is_folder = S_ISDIR(status.st_mode);
  const FileId id = is_folder ? 0 : all->known(path);
  all->step();
  const auto result = call();
  const int error = errno;
  if (result >= 0) after(*all, path, id, is_folder);
  errno = error;
  return result;
}

long sync_one(int descriptor, long number) {
  return on_descriptor(
      descriptor, [&] { return ::syscall(number, descriptor); },
      [](Power& all, const fs::path& path, FileId id, bool is_folder) {
        if (is_folder) {
          all.synced_folder(path);
        } else {
          all.synced(id, path);
        }
      });
}

}  // namespace
}  // namespace muster::test

using muster::test::FileId;
using muster::test::Power;

extern "C" {

ssize_t write(int descriptor, const void* bytes, size_t size) {
  return muster::test::on_descriptor(
      descriptor, [&] { return ::syscall(SYS_write, descriptor, bytes, size); },
      [](Power& all, const std::filesystem::path& path, FileId id, bool) {
        all.changed(id, path);
      });
}

int ftruncate(int descriptor, off_t size) noexcept {
  return static_cast<int>(muster::test::on_descriptor(
      descriptor, [&] { return ::syscall(SYS_ftruncate, descriptor, size); },
      [](Power& all, const std::filesystem::path& path, FileId id, bool) {
        all.changed(id, path);
      }));
}

int fsync(int descriptor) {
  return static_cast<int>(muster::test::sync_one(descriptor, SYS_fsync));
}

int fdatasync(int descriptor) {
  return static_cast<int>(muster::test::sync_one(descriptor, SYS_fdatasync));
}

int rename(const char* from, const char* to) noexcept {
  const auto call = [&] {
    return static_cast<int>(::syscall(SYS_renameat, AT_FDCWD, from, AT_FDCWD, to));
  };
  Power* const all = muster::test::power();
  if (all == nullptr || !all->is_ours(from)) return call();
  const std::lock_guard lock(all->mutex());
  const FileId id = all->known(from);
  all->step();
  const int result = call();
  if (result == 0) all->renamed(from, to, id);
  return result;
}

int unlink(const char* path) noexcept {
  const auto call = [&] { return static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0)); };
  Power* const all = muster::test::power();
  if (all == nullptr || !all->is_ours(path) || ::access(path, F_OK) != 0) return call();
  const std::lock_guard lock(all->mutex());
  all->known(path);
  all->step();
  const int result = call();
  if (result == 0) all->unlinked(path);
  return result;
}
}
