// SPDX-License-Identifier: Apache-2.0
// The data directory of one installation: that it is there and whose it is, and the lock that keeps
// two programs from working in it at once. Used by the commands.
#pragma once
#include <filesystem>
#include <memory>

#include "server/ca/authority_storage.h"
#include "server/installation/config.h"
#include "server/store/store.h"

namespace muster::server::installation {

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

// The database of an initialised installation; std::runtime_error that names `init` otherwise.
std::unique_ptr<store::Database> open_database(const ServerConfig& config);
// The same, made where it is missing (SQLite) or as empty as the administrator made it
// (PostgreSQL).
std::unique_ptr<store::Database> make_database(const ServerConfig& config);
// PostgreSQL by its connection text, with what the configuration says besides.
std::unique_ptr<store::Database> open_postgres(const ServerConfig& config,
                                               const std::string& connection);

// Where the authority's generations are: in files, or in the database under the cluster key.
// std::runtime_error where the key is missing.
std::shared_ptr<ca::AuthorityStorage> authority_storage(const ServerConfig& config,
                                                        store::Store& store);

}  // namespace muster::server::installation
