// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/state_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>
#include <utility>

#include "agent/sync/fault_points.h"
#include "common/support/file.h"
#include "common/support/shell.h"

namespace muster::agent::sync {
namespace {

Failure failure_of(int error, const std::string& what, const std::filesystem::path& path) {
  const FailureKind kind = error == ENOENT                     ? FailureKind::kNotFound
                           : error == EACCES || error == EPERM ? FailureKind::kDenied
                                                               : FailureKind::kIo;
  return {kind, what + " " + path.string() + ": " + std::generic_category().message(error)};
}

// Root works in another user's folder with the rights of that user: with its own, the owner of the
// folder could lead root to any file by a link. Files made so belong to the owner, too.
class AsOwner {
 public:
  AsOwner(uid_t owner, gid_t group) : active_(::geteuid() == 0 && owner != 0) {
    if (!active_) return;
    group_ = ::setfsgid(group);
    user_ = ::setfsuid(owner);
  }
  ~AsOwner() {
    if (!active_) return;
    ::setfsuid(static_cast<uid_t>(user_));
    ::setfsgid(static_cast<gid_t>(group_));
  }
  AsOwner(const AsOwner&) = delete;
  AsOwner& operator=(const AsOwner&) = delete;

 private:
  bool active_;
  int user_ = 0;
  int group_ = 0;
};

Result<Done> check_entry(const std::filesystem::path& path, uid_t owner, bool is_folder) {
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0) return failure_of(errno, "cannot examine", path);
  const bool right_type = is_folder ? S_ISDIR(status.st_mode) : S_ISREG(status.st_mode);
  if (!right_type) {
    return Failure{
        FailureKind::kDenied,
        path.string() + " is not a " + (is_folder ? "folder" : "regular file") + ": remove it"};
  }
  const unsigned mode = status.st_mode & 07777U;
  const char* const wanted = is_folder ? "700" : "600";
  if ((mode & 077U) != 0) {
    char text[8];
    std::snprintf(text, sizeof text, "%04o", mode);
    return Failure{FailureKind::kDenied,
                   path.string() + " has mode " + text +
                       ", so that others may have read or changed it: run chmod " + wanted + " " +
                       shell_quoted(path.string()) +
                       ", and enroll again if the key may have been copied"};
  }
  if (status.st_uid != owner) {
    return Failure{FailureKind::kDenied,
                   path.string() + " belongs to user number " + std::to_string(status.st_uid) +
                       ", not " + std::to_string(owner) + ": run chown " + std::to_string(owner) +
                       " " + shell_quoted(path.string())};
  }
  return Done{};
}

}  // namespace

Result<StateDirectory> StateDirectory::open(std::filesystem::path path) {
  if (const auto made = make_private_folder(path); !made) return made.failure();
  return open_existing(std::move(path));
}

Result<StateDirectory> StateDirectory::open_existing(std::filesystem::path path) {
  struct stat status = {};
  if (::lstat(path.c_str(), &status) != 0) {
    return failure_of(errno, "cannot open the agent's folder", path);
  }
  const uid_t self = ::geteuid();
  const uid_t owner = self == 0 ? status.st_uid : self;
  if (status.st_uid != owner && S_ISDIR(status.st_mode)) {
    return Failure{FailureKind::kDenied,
                   path.string() + " belongs to user number " + std::to_string(status.st_uid) +
                       ": run this as that user or by sudo, or change its owner with chown"};
  }
  if (const auto checked = check_entry(path, owner, true); !checked) return checked.failure();
  StateDirectory directory(std::move(path), owner, status.st_gid);
  if (const auto checked = directory.check_contents(); !checked) return checked.failure();
  return directory;
}

Result<Done> StateDirectory::check_contents() const {
  std::error_code error;
  std::filesystem::recursive_directory_iterator entries(path_, error);
  const std::filesystem::recursive_directory_iterator end;
  while (!error && entries != end) {
    const bool is_folder =
        entries->symlink_status(error).type() == std::filesystem::file_type::directory;
    const auto checked = check_entry(entries->path(), owner_, is_folder);
    // A file may disappear while another process of the agent replaces it.
    if (!checked && checked.failure().kind != FailureKind::kNotFound) return checked.failure();
    error.clear();
    entries.increment(error);
  }
  if (error) return failure_of(error.value(), "cannot list", path_);
  return Done{};
}

bool StateDirectory::contains(std::string_view name) const {
  struct stat status = {};
  return ::lstat((path_ / name).c_str(), &status) == 0;
}

Result<std::string> StateDirectory::read(std::string_view name, std::size_t limit_bytes) const {
  const std::filesystem::path path = path_ / name;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return failure_of(errno, "cannot open", path);
  std::string content;
  std::string buffer(std::size_t{64} * 1024, '\0');
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    const int error = errno;
    if (count > 0) content.append(buffer, 0, static_cast<std::size_t>(count));
    if (count > 0 && content.size() <= limit_bytes) continue;
    ::close(descriptor);
    if (count < 0) return failure_of(error, "cannot read", path);
    if (count > 0)
      return Failure{FailureKind::kTooLarge, path.string() + " is larger than expected"};
    return content;
  }
}

Result<Done> StateDirectory::write(std::string_view name, std::string_view bytes) const {
  const AsOwner as_owner(owner_, group_);
  if (const auto fault = fault_failure("state.write")) return *fault;
  const std::filesystem::path path = path_ / name;
  if (path.parent_path() != path_) {
    if (const auto made = make_private_folder(path.parent_path()); !made) return made.failure();
  }
  return replace_file(path, bytes, FileMode::kPrivate);
}

Result<Done> StateDirectory::rename(std::string_view from, std::string_view to) const {
  const AsOwner as_owner(owner_, group_);
  if (fault_errno("state.rename") || ::rename((path_ / from).c_str(), (path_ / to).c_str()) != 0)
    return failure_of(errno, "cannot rename", path_ / from);
  const std::filesystem::path folder = (path_ / to).parent_path();
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && !fault_errno("state.renamed") && ::fsync(descriptor) == 0;
  const int error = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (!synced) return failure_of(error, "cannot make sure that the disk holds", folder);
  return Done{};
}

Result<Done> StateDirectory::remove(std::string_view name) const {
  const AsOwner as_owner(owner_, group_);
  if (fault_errno("state.remove") || (::unlink((path_ / name).c_str()) != 0 && errno != ENOENT))
    return failure_of(errno, "cannot remove", path_ / name);
  return Done{};
}

Result<std::uint64_t> StateDirectory::size_bytes(std::string_view name) const {
  struct stat status = {};
  if (::lstat((path_ / name).c_str(), &status) != 0)
    return failure_of(errno, "cannot examine", path_ / name);
  return static_cast<std::uint64_t>(status.st_size);
}

std::optional<Instant> StateDirectory::modified_at(std::string_view name) const {
  struct stat status = {};
  if (::lstat((path_ / name).c_str(), &status) != 0) return std::nullopt;
  return Instant{static_cast<std::int64_t>(status.st_mtim.tv_sec) * 1000 +
                 status.st_mtim.tv_nsec / 1'000'000};
}

Result<std::vector<std::string>> StateDirectory::list(std::string_view folder) const {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator at(path_ / folder, error), end; !error && at != end;
       at.increment(error)) {
    names.push_back(at->path().filename().string());
  }
  if (error == std::errc::no_such_file_or_directory) return std::vector<std::string>{};
  if (error) return failure_of(error.value(), "cannot list", path_ / folder);
  std::sort(names.begin(), names.end());
  return names;
}

Result<StateLock> StateLock::take(const StateDirectory& directory) {
  return take(directory, "lock",
              "another muster-agent works in " + directory.path().string() +
                  ": stop it first (systemctl stop muster-agent)");
}

Result<StateLock> StateLock::take_for_enrolment(const StateDirectory& directory) {
  return take(directory, "enroll.lock",
              "another muster-agent is changing the certificate in " + directory.path().string() +
                  ": wait for it");
}

Result<StateLock> StateLock::take(const StateDirectory& directory, std::string_view name,
                                  const std::string& when_held) {
  const std::filesystem::path path = directory.path() / name;
  if (!directory.contains(name)) {
    if (const auto made = directory.write(name, ""); !made) return made.failure();
  }
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return failure_of(errno, "cannot open", path);
  StateLock lock(descriptor);
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) return lock;
  if (errno != EWOULDBLOCK) return failure_of(errno, "cannot lock", path);
  return Failure{FailureKind::kRefused, when_held};
}

StateLock::~StateLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

StateLock::StateLock(StateLock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

StateLock& StateLock::operator=(StateLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

}  // namespace muster::agent::sync
