// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/postgres_pair.h"

#include <chrono>
#include <stdexcept>
#include <thread>

#include "tests/support/free_port.h"

namespace muster::test {

PostgresServer::Options primary_options(bool is_synchronous) {
  PostgresServer::Options options;
  options.fsync = true;
  options.port = free_port();
  options.settings = {"wal_level=replica", "max_wal_senders=4"};
  if (is_synchronous) options.settings.emplace_back("synchronous_standby_names=replica");
  return options;
}

PostgresServer::Options replica_options(const PostgresServer& primary) {
  PostgresServer::Options options;
  options.fsync = true;
  options.port = free_port();
  options.prepare = {postgres_programs() + "/pg_basebackup",
                     "--pgdata=data",
                     "--write-recovery-conf",
                     "--wal-method=stream",
                     "--checkpoint=fast",
                     "--dbname=" + primary.connection("postgres") +
                         " port=" + std::to_string(primary.port()) + " application_name=replica"};
  return options;
}

void wait_for_replica(const PostgresServer& primary, const std::string& sync_state) {
  // This only bounds how long a test can hang.
  for (int i = 0; i < 600; ++i) {
    if (primary.query("SELECT COUNT(*) FROM pg_stat_replication WHERE state = 'streaming' AND "
                      "sync_state = '" +
                      sync_state + "'") == "1")
      return;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("the replica does not follow");
}

std::string over_tcp(const PostgresServer& primary, const PostgresServer& replica,
                     const std::string& database) {
  return "host=127.0.0.1,127.0.0.1 port=" + std::to_string(primary.port()) + "," +
         std::to_string(replica.port()) + " user=muster dbname=" + database;
}

}  // namespace muster::test
