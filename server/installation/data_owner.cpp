// SPDX-License-Identifier: Apache-2.0
#include "server/installation/data_owner.h"

#include <fcntl.h>
#include <grp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>

#include "common/support/exception_text.h"
#include "common/support/shell.h"
#include "common/support/system_user.h"
#include "server/installation/config.h"

namespace muster::server::installation {
namespace {

namespace fs = std::filesystem;

constexpr const char* kOpenedForWriting[] = {"muster.db",       "muster.db-wal", "muster.db-shm",
                                             "revocations.log", "server.lock",   "ca"};
constexpr const char* kOpenedForReading[] = {"cluster.key"};

// As runuser(1) and the unit do it: the user's own groups, as long as the user has a name.
bool take_groups(uid_t user, gid_t group) {
  const auto name = user_name(user);
  return name ? ::initgroups(name->c_str(), group) == 0 : ::setgroups(1, &group) == 0;
}

// What is somebody else's and can be used all the same is no fault.
void check_entry(const fs::path& entry, int access, uid_t owner, const fs::path& directory) {
  struct stat status = {};
  if (::lstat(entry.c_str(), &status) != 0 || status.st_uid == owner) return;
  if (::faccessat(AT_FDCWD, entry.c_str(), access, AT_EACCESS) == 0) return;
  const auto name = user_name(owner);
  throw std::runtime_error(entry.string() + " belongs to the user " + user_text(status.st_uid) +
                           ", and its folder to " + user_text(owner) + ": run chown -R " +
                           (name ? *name + ":" : std::to_string(owner)) + " " +
                           shell_quoted(directory.string()));
}

}  // namespace

void work_as_owner(const fs::path& directory, bool for_good) {
  struct stat status = {};
  if (::geteuid() != 0 || ::stat(directory.c_str(), &status) != 0 || status.st_uid == 0) return;
  const bool done = take_groups(status.st_uid, status.st_gid) &&
                    (for_good ? ::setresgid(status.st_gid, status.st_gid, status.st_gid) == 0 &&
                                    ::setresuid(status.st_uid, status.st_uid, status.st_uid) == 0
                              : ::setegid(status.st_gid) == 0 && ::seteuid(status.st_uid) == 0);
  if (done) return;
  throw std::runtime_error(system_error_text(
      "cannot work as " + user_text(status.st_uid) + ", whose " + directory.string() + " is",
      errno));
}

AsRoot::AsRoot(const fs::path& folder) {
  const uid_t user = ::geteuid();
  struct stat status = {};
  if (user == 0 || ::getuid() != 0) return;
  const gid_t group = ::getegid();
  if (::seteuid(0) != 0) return;
  if (::stat(folder.c_str(), &status) == 0 && status.st_uid == user) {
    if (::seteuid(user) != 0) throw std::runtime_error("cannot lay down the rights of root");
    return;
  }
  if (::setegid(0) != 0) throw std::runtime_error("cannot take root's group");
  user_ = user;
  group_ = group;
}

// A process that stayed root by mistake would spoil what comes next without a word.
AsRoot::~AsRoot() {
  if (user_ && (::setegid(group_) != 0 || ::seteuid(*user_) != 0)) std::abort();
}

void check_owner(const fs::path& directory) {
  struct stat status = {};
  if (::stat(directory.c_str(), &status) != 0) return;
  if (status.st_uid != ::geteuid()) {
    throw std::runtime_error(directory.string() + " belongs to the user " +
                             user_text(status.st_uid) + ", and this one is " +
                             user_text(::geteuid()) + ": run it as root or as that user");
  }
  for (const char* name : kOpenedForWriting)
    check_entry(directory / name, R_OK | W_OK, status.st_uid, directory);
  for (const char* name : kOpenedForReading)
    check_entry(directory / name, R_OK, status.st_uid, directory);
  std::error_code none;  // no authority in files, or no right to see it, which loading it tells
  for (fs::directory_iterator entry(directory / "ca", none), end; !none && entry != end;
       entry.increment(none))
    check_entry(entry->path(), R_OK, status.st_uid, directory);
}

std::string start_command(const StartFacts& facts) {
  const ServerConfig packaged;
  const bool is_default =
      facts.data_directory == packaged.data_directory.string() && facts.config_file.empty();
  if (facts.is_packaged && is_default && facts.owner == kServiceUser && facts.runs_systemd)
    return "systemctl start muster-server";
  std::string command = "muster-server";
  if (!facts.config_file.empty()) command += " --config " + shell_quoted(facts.config_file);
  command += " serve";
  if (!is_default) command += " --data " + shell_quoted(facts.data_directory);
  return command;
}

std::optional<std::string> owner_of(const fs::path& directory) {
  struct stat status = {};
  if (::stat(directory.c_str(), &status) != 0) return std::nullopt;
  return user_text(status.st_uid);
}

}  // namespace muster::server::installation
