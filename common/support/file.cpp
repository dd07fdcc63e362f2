// SPDX-License-Identifier: Apache-2.0
#include "common/support/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "common/support/fault.h"

namespace muster {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  explicit operator bool() const { return number_ >= 0; }

 private:
  int number_;
};

Failure system_failure(int error, const char* what, const std::filesystem::path& path) {
  const FailureKind kind = error == ENOENT                     ? FailureKind::kNotFound
                           : error == EACCES || error == EPERM ? FailureKind::kDenied
                                                               : FailureKind::kIo;
  return {kind,
          std::string(what) + " " + path.string() + ": " + std::generic_category().message(error)};
}

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Result<Done> sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const Descriptor opened(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || fault_errno(FileFault("file.renamed")) || ::fsync(opened.get()) != 0) {
    return system_failure(errno, "cannot make sure that the disk holds", folder);
  }
  return Done{};
}

Result<std::string> read_descriptor(int descriptor, const std::filesystem::path& path) {
  std::string content;
  char buffer[8192];
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return system_failure(errno, "cannot read", path);
    if (count == 0) return content;
    content.append(buffer, static_cast<std::size_t>(count));
    if (content.size() > kMaxFileBytes) {
      return Failure{FailureKind::kTooLarge, path.string() + " is larger than 256 KiB"};
    }
  }
}

Result<Done> check_private(const struct stat& status, const std::filesystem::path& path) {
  if (!S_ISREG(status.st_mode)) {
    return Failure{FailureKind::kDenied, path.string() + " is not a regular file"};
  }
  const unsigned mode = status.st_mode & 07777U;
  if ((mode & 077U) != 0) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", mode);
    return Failure{FailureKind::kDenied, "the private file " + path.string() + " has mode " + text +
                                             ", so that others can reach it: run chmod 600 " +
                                             path.string()};
  }
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return Failure{FailureKind::kDenied,
                   "the private file " + path.string() + " belongs to another user (number " +
                       std::to_string(status.st_uid) + "): change its owner with chown"};
  }
  return Done{};
}

}  // namespace

Result<Done> replace_file(const std::filesystem::path& path, std::string_view bytes,
                          FileMode mode) {
  std::filesystem::path fresh = path;
  fresh += ".new";
  // What an interrupted write left behind must not lend its mode, its owner or its other names to
  // the new content.
  ::unlink(fresh.c_str());
  {
    const Descriptor file(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file || fault_errno(FileFault("file.create")))
      return system_failure(errno, "cannot create", fresh);
    if (::fchmod(file.get(), static_cast<mode_t>(mode)) != 0 || !write_all(file.get(), bytes) ||
        fault_errno(FileFault("file.write")) || fault_errno(FileFault("file.sync")) ||
        ::fsync(file.get()) != 0) {
      const int error = errno;
      ::unlink(fresh.c_str());
      return system_failure(error, "cannot write", fresh);
    }
  }
  if (fault_errno(FileFault("file.rename")) || ::rename(fresh.c_str(), path.c_str()) != 0) {
    const int error = errno;
    ::unlink(fresh.c_str());
    return system_failure(error, "cannot replace", path);
  }
  return sync_folder(path);
}

Result<std::string> read_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return system_failure(errno, "cannot open", path);
  return read_descriptor(file.get(), path);
}

Result<std::string> read_private_file(const std::filesystem::path& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) return system_failure(errno, "cannot open", path);
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) return system_failure(errno, "cannot examine", path);
  if (const auto checked = check_private(status, path); !checked) return checked.failure();
  return read_descriptor(file.get(), path);
}

Result<Done> make_private_folder(const std::filesystem::path& path) {
  if (::mkdir(path.c_str(), 0700) != 0) {
    if (errno == EEXIST) return Done{};
    return system_failure(errno, "cannot create the folder", path);
  }
  return sync_folder(path);
}

}  // namespace muster
