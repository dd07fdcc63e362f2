// SPDX-License-Identifier: Apache-2.0
// A throwaway PostgreSQL for tests, from the programs of Debian's package postgresql: a cluster of
// its own in a temporary folder, on a Unix socket only (and a loopback port where a test asks for
// one), run as an unprivileged user, since it refuses root. A guardian process stops it and removes
// the folder when the test ends, however it ends: it waits for the end of a pipe that only the test
// holds. The guardian also kills it and starts it again where a test wants that. fsync is off
// unless asked for: most tests are not about crashes of PostgreSQL. Most tests need none of their
// own: shared_postgres.h.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace muster::test {

// /usr/lib/postgresql/15/bin, the newest one; MUSTER_TEST_POSTGRES_BIN names another.
std::string postgres_programs();

// A running PostgreSQL, whoever started it.
class PostgresCluster {
 public:
  explicit PostgresCluster(std::filesystem::path folder = {}, int port = 0)
      : folder_(std::move(folder)), port_(port) {}

  const std::filesystem::path& folder() const { return folder_; }
  int port() const { return port_; }  // of loopback; 0: the socket only
  std::string connection(const std::string& database) const;
  pid_t postmaster() const;
  // One statement, outside a transaction, as the superuser; its first value, if any.
  std::string query(const std::string& sql, const std::string& database = "postgres") const;
  // A copy of a database, by its own tools, while it is in use.
  void copy_database(const std::string& from, const std::string& to) const;
  bool is_serving() const;
  std::string log() const;

 protected:
  std::filesystem::path folder_;
  int port_ = 0;
};

struct PostgresOptions {
  bool fsync = false;
  int port = 0;                            // of loopback; 0: the socket only
  std::vector<std::string> settings = {};  // "name=value"
  // Prepares the data folder in place of initdb: a program and its arguments (pg_basebackup).
  std::vector<std::string> prepare = {};
};

class PostgresServer : public PostgresCluster {
 public:
  using Options = PostgresOptions;

  explicit PostgresServer(Options options = {});
  ~PostgresServer() { end(); }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  // SIGKILL to every one of its processes, as in a crash of the machine, except that the kernel keeps
  // what it has: nobody says good-bye, and what was not written is gone. Returns when all are gone.
  void crash() const { order(kCrash); }
  // Its own immediate shutdown: it says why and writes nothing more.
  void stop_at_once() const { order(kStopAtOnce); }
  // After one of these; it recovers. Without waiting it may be killed while it does.
  void start_again(bool wait = true) const;

  // Stops it (at once, as a crash would) and removes its folder.
  void end();

 private:
  enum Order : char { kStart = 's', kCrash = 'c', kStopAtOnce = 'q' };
  void order(Order what) const;
  pid_t serve() const;
  [[noreturn]] void guard(int lifeline, int answers) const;
  bool is_ready() const;

  Options options_;
  pid_t guardian_ = 0;
  int lifeline_ = -1;
  int answers_ = -1;
};

// The parts of which a guardian is made, for a new folder of its own.
namespace postgres {

// Below the folder for temporary files, owned by whoever may run PostgreSQL.
std::filesystem::path make_folder();
std::vector<std::string> prepare_command(const std::filesystem::path& folder,
                                         const PostgresOptions& options);
std::vector<std::string> serve_command(const std::filesystem::path& folder,
                                       const PostgresOptions& options);
// A child process that is this program, as a user without rights, with its output in FOLDER/log; it
// ends with its parent.
pid_t start(const std::vector<std::string>& command, const std::filesystem::path& folder);
// Its immediate shutdown; waits for its end.
void stop_at_once(pid_t server);

}  // namespace postgres

}  // namespace muster::test
