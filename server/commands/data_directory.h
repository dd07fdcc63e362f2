// SPDX-License-Identifier: Apache-2.0
// The data directory of one installation: that it is there and whose it is, and the lock that keeps
// two programs from working in it at once. Used by the commands.
#pragma once
#include <filesystem>
#include <memory>

#include "server/config.h"
#include "server/store/database.h"

namespace muster::server {

// Held until destroyed; the system lets go of it when the process dies, however it dies.
class DataLock {
 public:
  // std::runtime_error: another process has it, or the file cannot be made.
  explicit DataLock(const ServerConfig& config);
  ~DataLock();
  DataLock(const DataLock&) = delete;
  DataLock& operator=(const DataLock&) = delete;

 private:
  int descriptor_ = -1;
};

// The database of an initialised data directory; std::runtime_error that names `init` otherwise.
std::unique_ptr<Database> open_database(const ServerConfig& config);

}  // namespace muster::server
