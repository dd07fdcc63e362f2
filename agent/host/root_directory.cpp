// SPDX-License-Identifier: Apache-2.0
#include "agent/host/root_directory.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <deque>
#include <vector>

#include "common/support/text.h"

namespace muster::agent::host {
namespace {

constexpr int kLinks = 40;  // as many as Linux itself follows in one path (path_resolution(7))

int open_retrying(int directory, const char* path, int flags) {
  int number = -1;
  do {
    number = ::openat(directory, path, flags | O_CLOEXEC);
  } while (number < 0 && errno == EINTR);
  return number;
}

int open_in_root(int directory, const char* path, int flags) {
  open_how how = {};
  how.flags = static_cast<unsigned>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_IN_ROOT;
  long number = -1;
  do {
    number = ::syscall(SYS_openat2, directory, path, &how, sizeof how);
    // EAGAIN: something was renamed meanwhile and the kernel could not be sure that ".." stays
    // inside (openat2(2)).
  } while (number < 0 && (errno == EINTR || errno == EAGAIN));
  return static_cast<int>(number);
}

void prepend(std::deque<std::string>& components, std::string_view path) {
  const auto parts = split(path, '/');
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!part->empty() && *part != ".") components.emplace_front(*part);
  }
}

}  // namespace

RootDirectory::RootDirectory(std::string root, Method method) : root_(std::move(root)) {
  while (root_.size() > 1 && root_.back() == '/')
    root_.pop_back();
  directory_ = FileDescriptor(open_retrying(AT_FDCWD, root_.c_str(), O_PATH | O_DIRECTORY));
  if (!directory_) directory_error_ = errno;
  if (directory_ && method == Method::kBest) {
    kernel_resolves_ =
        static_cast<bool>(FileDescriptor(open_in_root(directory_.number(), ".", O_PATH)));
  }
}

FileDescriptor RootDirectory::find(std::string_view path, LastLink last_link, int& error) const {
  error = 0;
  if (!directory_) {
    error = directory_error_;
    return {};
  }
  const std::string text(path);
  const int flags = O_PATH | (last_link == LastLink::kKeep ? O_NOFOLLOW : 0);
  if (!is_whole_system() && !kernel_resolves_) return walk(path, last_link, error);
  FileDescriptor found(is_whole_system() ? open_retrying(AT_FDCWD, text.c_str(), flags)
                                         : open_in_root(directory_.number(), text.c_str(), flags));
  if (!found) error = errno;
  return found;
}

// Directories are kept open from the root down, so ".." goes back to the one that we came from and
// never asks the file system where a directory's parent is.
FileDescriptor RootDirectory::walk(std::string_view path, LastLink last_link, int& error) const {
  std::vector<FileDescriptor> way;
  std::deque<std::string> components;
  prepend(components, path);
  int links = 0;
  const auto here = [&] { return way.empty() ? directory_.number() : way.back().number(); };
  while (!components.empty()) {
    const std::string name = std::move(components.front());
    components.pop_front();
    if (name == "..") {
      if (!way.empty()) way.pop_back();
      continue;
    }
    FileDescriptor found(open_retrying(here(), name.c_str(), O_PATH | O_NOFOLLOW));
    struct stat status = {};
    if (!found || ::fstat(found.number(), &status) != 0) {
      error = errno;
      return {};
    }
    const bool follow = !components.empty() || last_link == LastLink::kFollow;
    if (!S_ISLNK(status.st_mode) || !follow) {
      way.push_back(std::move(found));
      continue;
    }
    char target[PATH_MAX];
    const ssize_t size = ::readlinkat(found.number(), "", target, sizeof target);
    if (size < 0 || ++links > kLinks) {
      error = size < 0 ? errno : ELOOP;
      return {};
    }
    if (size > 0 && target[0] == '/') way.clear();
    prepend(components, std::string_view(target, static_cast<std::size_t>(size)));
  }
  if (!way.empty()) return std::move(way.back());
  FileDescriptor root(open_retrying(directory_.number(), ".", O_PATH | O_DIRECTORY));
  if (!root) error = errno;
  return root;
}

}  // namespace muster::agent::host
