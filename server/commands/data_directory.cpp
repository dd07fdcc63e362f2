// SPDX-License-Identifier: Apache-2.0
#include "server/commands/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "server/store/sqlite.h"

namespace muster::server {

DataLock::DataLock(const ServerConfig& config) {
  const std::string file = config.lock_file().string();
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) {
    throw std::runtime_error("cannot open " + file + ": " + std::strerror(errno));
  }
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const bool taken = errno == EWOULDBLOCK;
    const std::string why = std::strerror(errno);
    ::close(descriptor_);
    throw std::runtime_error(taken ? "a muster-server is at work in " +
                                         config.data_directory.string() + ": stop it first"
                                   : "cannot lock " + file + ": " + why);
  }
}

DataLock::~DataLock() {
  ::close(descriptor_);
}

std::unique_ptr<Database> open_database(const ServerConfig& config) {
  if (!std::filesystem::exists(config.database_file())) {
    throw std::runtime_error("there is no database in " + config.data_directory.string() +
                             ": run muster-server init, or name another directory with --data");
  }
  return open_sqlite(config.database_file().string(), false);
}

}  // namespace muster::server
