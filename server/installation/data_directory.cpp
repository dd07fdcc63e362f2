// SPDX-License-Identifier: Apache-2.0
#include "server/installation/data_directory.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "common/support/exception_text.h"
#include "server/ca/authority_database.h"
#include "server/ca/authority_files.h"
#include "server/ca/cluster_key.h"
#include "server/store/migrations.h"
#include "server/store/postgres.h"
#include "server/store/sqlite.h"

namespace muster::server::installation {

DataLock::DataLock(const ServerConfig& config) {
  const std::string file = config.lock_file().string();
  descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor_ < 0) {
    throw std::runtime_error(system_error_text("cannot open " + file, errno));
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

std::unique_ptr<store::Database> open_postgres(const ServerConfig& config,
                                               const std::string& connection) {
  return store::open_postgres(
      store::PostgresOptions{.connection = connection,
                             .password_file = config.database_password_file,
                             .accept_no_fsync = config.database_accept_no_fsync});
}

std::unique_ptr<store::Database> make_database(const ServerConfig& config) {
  if (config.is_postgres()) return open_postgres(config, config.database);
  return store::open_sqlite(config.database_file().string(), true);
}

std::unique_ptr<store::Database> open_database(const ServerConfig& config) {
  std::error_code error;
  const bool is_there =
      config.is_postgres() || std::filesystem::exists(config.database_file(), error);
  if (error) {
    throw std::runtime_error(
        system_error_text("cannot look at " + config.database_file().string(), error.value()));
  }
  if (!is_there) {
    throw std::runtime_error("there is no database in " + config.data_directory.string() +
                             ": run muster-server init, or name another directory with --data");
  }
  std::unique_ptr<store::Database> database = make_database(config);
  if (config.is_postgres() && store::schema_version(*database, *database->connect(true, 0)) == 0) {
    throw std::runtime_error("there is nothing of Muster in the database " +
                             store::shown_connection(config.database) +
                             ": run muster-server init, or muster-server migrate to move an "
                             "installation there");
  }
  return database;
}

std::shared_ptr<ca::AuthorityStorage> authority_storage(const ServerConfig& config,
                                                        store::Store& store) {
  if (!config.is_postgres()) return ca::authority_in_folder(config.authority_folder());
  Result<ca::ClusterKey> key = ca::ClusterKey::load(config.cluster_key_file());
  if (!key && key.failure().kind == FailureKind::kNotFound) {
    throw std::runtime_error("there is no " + config.cluster_key_file().string() +
                             ": copy it from the first server (mode 0600) and run muster-server "
                             "init --join");
  }
  if (!key) throw std::runtime_error(key.failure().message);
  return ca::authority_in_database(store, *std::move(key));
}

}  // namespace muster::server::installation
