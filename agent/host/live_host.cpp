// SPDX-License-Identifier: Apache-2.0
#include "agent/host/live_host.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "agent/host/machine_architecture.h"
#include "agent/host/netlink_dump.h"
#include "agent/host/system_error.h"
#include "common/support/text.h"

namespace muster::agent::host {
namespace {

constexpr std::size_t kFirstReadBytes = 16 * 1024;
constexpr std::size_t kMostBytes = std::size_t{1} << 40;  // so that sums of sizes do not overflow
constexpr std::size_t kDirectoryEntries = 1'000'000;
// Programs that every system has, to tell the architecture of a copied tree.
constexpr std::string_view kPrograms[] = {"/bin/ls", "/usr/bin/env", "/bin/busybox"};
constexpr std::size_t kProgramBytes = 64 * 1024 * 1024;

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::kFile;
  if (S_ISDIR(mode)) return FileType::kDirectory;
  if (S_ISLNK(mode)) return FileType::kLink;
  return FileType::kOther;
}

FileStatus to_status(const struct stat& found) {
  return {.type = type_of(found.st_mode),
          .size_bytes = found.st_size,
          .modified_ms = found.st_mtim.tv_sec * 1000 + found.st_mtim.tv_nsec / 1'000'000,
          .device = found.st_dev,
          .inode = found.st_ino,
          .mode = static_cast<std::uint32_t>(found.st_mode & 07777)};
}

Failure too_large(std::string_view path, std::size_t limit_bytes) {
  return {FailureKind::kTooLarge, printable(path) + " is larger than the limit of " +
                                      std::to_string(limit_bytes) + " bytes; it was not used"};
}

Failure not_a(std::string_view kind, std::string_view path) {
  return {FailureKind::kMalformed, printable(path) + " is not a " + std::string(kind)};
}

// The message goes into reports and captures, which say nothing about whoever looks at the tree.
Failure wrong_machine(std::string_view what) {
  return {FailureKind::kNotFound,
          std::string(what) + " is not known for a copied tree, only for the running system"};
}

// Opens what an O_PATH descriptor stands for: the same inode, whatever has its name by now.
int open_again(int found) {
  const std::string path = "/proc/self/fd/" + std::to_string(found);
  int number = -1;
  do {
    number = ::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  } while (number < 0 && errno == EINTR);
  return number;
}

Result<std::string> read_all(int file, std::string_view path, std::size_t first_bytes,
                             std::size_t limit_bytes) {
  std::string out;
  std::size_t size = 0;
  out.resize(first_bytes);
  for (;;) {
    if (size == out.size()) out.resize(std::min(out.size() * 2, limit_bytes + 1));
    const ssize_t got = ::read(file, out.data() + size, out.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_failure("read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
    if (size > limit_bytes) return too_large(path, limit_bytes);
  }
  out.resize(size);
  return out;
}

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

LiveHost::LiveHost(std::string root, RootDirectory::Method method)
    : root_(std::move(root), method) {}

Result<FileDescriptor> LiveHost::find(std::string_view action, std::string_view path,
                                      LastLink last_link) const {
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string_view::npos) {
    return Failure{FailureKind::kMalformed, "cannot " + std::string(action) + " " +
                                                printable(path) + ": not an absolute path"};
  }
  int error = 0;
  FileDescriptor found = root_.find(path, last_link, error);
  if (!found) return system_failure(action, path, error);
  return found;
}

Result<std::string> LiveHost::read(std::string_view path, std::size_t limit_bytes) {
  limit_bytes = std::min(limit_bytes, kMostBytes);
  const Result<FileDescriptor> found = find("read", path, LastLink::kFollow);
  if (!found) return found.failure();
  struct stat status = {};
  if (::fstat(found->number(), &status) != 0) return system_failure("read", path, errno);
  if (!S_ISREG(status.st_mode)) return not_a("regular file", path);
  if (status.st_size > 0 && static_cast<std::size_t>(status.st_size) > limit_bytes) {
    return too_large(path, limit_bytes);
  }
  const FileDescriptor file(open_again(found->number()));
  if (!file) return system_failure("read", path, errno);
  // One byte more than the size, so that the end shows without another look.
  const std::size_t first = status.st_size > 0 ? static_cast<std::size_t>(status.st_size) + 1
                                               : std::min(kFirstReadBytes, limit_bytes + 1);
  return read_all(file.number(), path, first, limit_bytes);
}

Result<std::vector<std::string>> LiveHost::list(std::string_view path) {
  const Result<FileDescriptor> found = find("list", path, LastLink::kFollow);
  if (!found) return found.failure();
  struct stat status = {};
  if (::fstat(found->number(), &status) != 0) return system_failure("list", path, errno);
  if (!S_ISDIR(status.st_mode)) return not_a("directory", path);
  FileDescriptor opened(
      ::openat(found->number(), ".", O_RDONLY | O_DIRECTORY | O_NONBLOCK | O_CLOEXEC));
  if (!opened) return system_failure("list", path, errno);
  const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(opened.number()));
  if (!directory) return system_failure("list", path, errno);
  opened.release();  // closedir closes it
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == kDirectoryEntries) {
      return Failure{FailureKind::kTooLarge, printable(path) + " has more than " +
                                                 std::to_string(kDirectoryEntries) + " entries"};
    }
    names.emplace_back(name);
  }
  if (errno != 0) return system_failure("list", path, errno);
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::string> LiveHost::read_link(std::string_view path) {
  const Result<FileDescriptor> found = find("read the link", path, LastLink::kKeep);
  if (!found) return found.failure();
  struct stat status = {};
  if (::fstat(found->number(), &status) != 0) return system_failure("read the link", path, errno);
  if (!S_ISLNK(status.st_mode)) return not_a("symbolic link", path);
  char target[PATH_MAX];
  const ssize_t size = ::readlinkat(found->number(), "", target, sizeof target);
  if (size < 0) return system_failure("read the link", path, errno);
  return std::string(target, static_cast<std::size_t>(size));
}

Result<FileStatus> LiveHost::status(std::string_view path) {
  const Result<FileDescriptor> found = find("look at", path, LastLink::kKeep);
  if (!found) return found.failure();
  struct stat status = {};
  if (::fstat(found->number(), &status) != 0) return system_failure("look at", path, errno);
  return to_status(status);
}

Result<FilesystemSpace> LiveHost::space(std::string_view mount_point) {
  if (!root_.is_whole_system()) return wrong_machine("the space of file systems");
  const Result<FileDescriptor> found = find("measure", mount_point, LastLink::kFollow);
  if (!found) return found.failure();
  struct statvfs space = {};
  if (::fstatvfs(found->number(), &space) != 0) {
    return system_failure("measure", mount_point, errno);
  }
  FilesystemSpace out;
  if (__builtin_mul_overflow(space.f_frsize, space.f_blocks, &out.size_bytes) ||
      __builtin_mul_overflow(space.f_frsize, space.f_bavail, &out.available_bytes)) {
    return system_failure("measure", mount_point, EOVERFLOW);
  }
  return out;
}

Result<Uname> LiveHost::uname() {
  if (root_.is_whole_system()) {
    utsname name = {};
    if (::uname(&name) != 0) return system_failure("ask", "uname(2)", errno);
    return Uname{name.sysname, name.machine};
  }
  Uname name;
  if (const auto kernel = read("/proc/sys/kernel/ostype")) name.kernel_name = trim(*kernel);
  if (const auto machine = read("/proc/sys/kernel/arch")) {  // since Linux 6.1
    name.architecture = trim(*machine);
    return name;
  }
  for (const std::string_view program : kPrograms) {
    const auto bytes = read(program, kProgramBytes);
    if (!bytes) continue;
    if (auto architecture = architecture_of_elf(*bytes)) {
      name.architecture = std::move(*architecture);
      return name;
    }
  }
  return wrong_machine("the architecture");
}

Result<std::string> LiveHost::netlink(NetlinkDump dump) {
  if (!root_.is_whole_system()) return wrong_machine("rtnetlink");
  return dump_rtnetlink(dump);
}

}  // namespace muster::agent::host
