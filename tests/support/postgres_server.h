// SPDX-License-Identifier: Apache-2.0
// A throwaway PostgreSQL for tests, from the programs of Debian's package postgresql: a cluster of
// its own in a temporary folder, on a Unix socket only (and a loopback port where a test asks for
// one), run as an unprivileged user, since it refuses root. A guardian process stops it and removes
// the folder when the test ends, however it ends: it waits for the end of a pipe that only the test
// holds. The guardian also kills it and starts it again where a test wants that. fsync is off
// unless asked for: most tests are not about crashes of PostgreSQL.
#pragma once
#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace muster::test {

// /usr/lib/postgresql/15/bin, the newest one; MUSTER_TEST_POSTGRES_BIN names another.
inline std::string postgres_programs() {
  if (const char* named = std::getenv("MUSTER_TEST_POSTGRES_BIN")) return named;
  std::vector<std::filesystem::path> found;
  std::error_code none;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", none)) {
    if (std::filesystem::exists(version.path() / "bin/postgres"))
      found.push_back(version.path() / "bin");
  }
  if (found.empty())
    throw std::runtime_error("PostgreSQL is not installed: apt-get install postgresql");
  return std::max_element(found.begin(), found.end())->string();
}

class PostgresServer {
 public:
  struct Options {
    bool fsync = false;
    int port = 0;                            // of loopback; 0: the socket only
    std::vector<std::string> settings = {};  // "name=value"
    // Prepares the data folder in place of initdb: a program and its arguments (pg_basebackup).
    std::vector<std::string> prepare = {};
  };

  PostgresServer() : PostgresServer(Options()) {}
  explicit PostgresServer(Options options) : options_(std::move(options)) {
    std::string name = (std::filesystem::temp_directory_path() / "muster-postgres-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    folder_ = name;
    if (const passwd* user = unprivileged()) {
      if (::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0)
        throw std::runtime_error("cannot chown " + name);
    }
    int ends[2], answers[2];
    if (::pipe2(ends, O_CLOEXEC) != 0 || ::pipe2(answers, O_CLOEXEC) != 0)
      throw std::runtime_error("pipe");
    guardian_ = ::fork();
    if (guardian_ == 0) {
      ::close(ends[1]);
      ::close(answers[0]);
      guard(ends[0], answers[1]);
    }
    ::close(ends[0]);
    ::close(answers[1]);
    lifeline_ = ends[1];
    answers_ = answers[0];
    if (guardian_ < 0) throw std::runtime_error("fork");
    wait_until_ready();
  }
  ~PostgresServer() { end(); }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;

  const std::filesystem::path& folder() const { return folder_; }
  int port() const { return options_.port; }
  std::string connection(const std::string& database) const {
    return "host=" + folder_.string() +
           (options_.port == 0 ? "" : " port=" + std::to_string(options_.port)) +
           " user=muster dbname=" + database;
  }
  pid_t postmaster() const {
    std::ifstream file(folder_ / "data/postmaster.pid");
    pid_t pid = 0;
    file >> pid;
    return pid;
  }

  // One statement, outside a transaction, as the superuser; its first value, if any.
  std::string query(const std::string& sql, const std::string& database = "postgres") const {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> link(
        PQconnectdb(connection(database).c_str()), &PQfinish);
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(link.get(), sql.c_str()),
                                                               &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
      throw std::runtime_error(sql + ": " + PQerrorMessage(link.get()));
    return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
  }

  // A copy of a database, by its own tools, while it is in use.
  void copy_database(const std::string& from, const std::string& to) const {
    // A template must not be in use: those who use it lose their connections and get new ones.
    query("SELECT COUNT(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '" + from +
          "'");
    for (int i = 0;; ++i) {
      try {
        query("CREATE DATABASE " + to + " TEMPLATE " + from);
        return;
      } catch (const std::runtime_error&) {
        if (i == 50) throw;  // the sessions that were ended may need a moment to go
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
      }
    }
  }

  // SIGKILL to every one of its processes, as a crash of the machine but for what its kernel has:
  // nobody says good-bye, and what was not written is gone. Returns when all are gone.
  void crash() const { order(kCrash); }
  // Its own immediate shutdown: it says why and writes nothing more.
  void stop_at_once() const { order(kStopAtOnce); }
  // After one of these; it recovers. Without waiting it may be killed while it does.
  void start_again(bool wait = true) const {
    order(kStart);
    if (wait && !is_ready()) throw std::runtime_error("PostgreSQL does not start again: " + log());
  }
  bool is_serving() const { return PQping(connection("postgres").c_str()) == PQPING_OK; }
  std::string log() const {
    std::ifstream file(folder_ / "log");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // Stops it (at once, as a crash would) and removes its folder.
  void end() {
    if (guardian_ <= 0) return;
    ::close(lifeline_);
    ::close(answers_);
    ::waitpid(guardian_, nullptr, 0);
    guardian_ = 0;
  }

 private:
  // Who runs it: nobody with rights. nullptr: we have none ourselves.
  static const passwd* unprivileged() {
    if (::geteuid() != 0) return nullptr;
    const passwd* user = ::getpwnam("postgres");
    return user != nullptr ? user : ::getpwnam("nobody");
  }

  // In a child, after fork: becomes that program as that user, with its output in the log.
  [[noreturn]] void become(const std::vector<std::string>& command) const {
    if (const passwd* user = unprivileged()) {
      if (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0) ::_exit(126);
    }
    ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
    const int log = ::open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    const int null = ::open("/dev/null", O_RDONLY);
    ::dup2(null, 0);
    ::dup2(log, 1);
    ::dup2(log, 2);
    ::setenv("LC_ALL", "C", 1);
    if (::chdir(folder_.c_str()) != 0) ::_exit(126);
    std::vector<char*> arguments;
    for (const std::string& word : command)
      arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }

  std::vector<std::string> prepare_command() const {
    if (!options_.prepare.empty()) return options_.prepare;
    return {postgres_programs() + "/initdb",
            "-D",
            (folder_ / "data").string(),
            "-U",
            "muster",
            "--auth=trust",
            "--no-locale",
            "--encoding=UTF8",
            "--no-sync",
            "--no-instructions"};
  }
  std::vector<std::string> serve_command() const {
    std::vector<std::string> out = {postgres_programs() + "/postgres", "-D",
                                    (folder_ / "data").string(), "-k", folder_.string()};
    std::vector<std::string> settings = {"shared_buffers=64MB", "max_connections=200",
                                         "unix_socket_permissions=0777"};
    if (options_.port == 0) {
      settings.emplace_back("listen_addresses=");
    } else {
      settings.emplace_back("listen_addresses=127.0.0.1");
      settings.push_back("port=" + std::to_string(options_.port));
    }
    if (!options_.fsync) {
      for (const char* off : {"fsync=off", "full_page_writes=off", "autovacuum=off"})
        settings.emplace_back(off);
    }
    settings.insert(settings.end(), options_.settings.begin(), options_.settings.end());
    for (const std::string& setting : settings)
      out.insert(out.end(), {"-c", setting});
    return out;
  }

  enum Order : char { kStart = 's', kCrash = 'c', kStopAtOnce = 'q' };

  void order(Order what) const {
    const char letter = what;
    char done = 0;
    if (::write(lifeline_, &letter, 1) != 1 || ::read(answers_, &done, 1) != 1)
      throw std::runtime_error("the guardian of PostgreSQL is gone");
  }

  pid_t serve() const {
    const pid_t server = ::fork();
    if (server == 0) become(serve_command());
    return server;
  }

  static bool is_gone(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    if (!std::getline(file, text)) return true;
    const auto name_end = text.rfind(')');
    return name_end != std::string::npos && text.compare(name_end, 3, ") Z") == 0;
  }

  // It stands still first, so that no child is made that is not seen.
  static void kill_all(pid_t server) {
    ::kill(server, SIGSTOP);
    const std::string id = std::to_string(server);
    std::ifstream file("/proc/" + id + "/task/" + id + "/children");
    std::vector<pid_t> children;
    for (pid_t child = 0; file >> child;)
      children.push_back(child);
    for (const pid_t child : children)
      ::kill(child, SIGKILL);
    ::kill(server, SIGKILL);
    ::waitpid(server, nullptr, 0);
    for (const pid_t child : children) {
      while (!is_gone(child))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  [[noreturn]] void guard(int lifeline, int answers) const {
    ::setsid();  // what ends the test from a terminal must not end the guardian
    const pid_t prepare = ::fork();
    if (prepare == 0) become(prepare_command());
    int status = 0;
    ::waitpid(prepare, &status, 0);
    pid_t server = 0;
    if (status == 0) {
      server = serve();
    } else {
      std::ofstream(folder_ / "failed") << status;
    }
    for (char letter = 0;;) {
      const ssize_t got = ::read(lifeline, &letter, 1);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      if (server > 0 && letter == kCrash) kill_all(server);
      if (server > 0 && letter == kStopAtOnce) {
        ::kill(server, SIGQUIT);
        ::waitpid(server, nullptr, 0);
      }
      server = letter == kStart ? serve() : 0;
      if (::write(answers, &letter, 1) != 1) break;
    }
    if (server > 0) {
      ::kill(server, SIGQUIT);
      ::waitpid(server, nullptr, 0);
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
    ::_exit(0);
  }

  // This only bounds how long a test can hang.
  bool is_ready() const {
    for (int i = 0; i < 3000; ++i) {
      if (is_serving()) return true;
      if (std::filesystem::exists(folder_ / "failed")) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }

  void wait_until_ready() {
    if (is_ready()) return;
    const std::string text = log();
    end();
    throw std::runtime_error("PostgreSQL does not start: " + text);
  }

  Options options_;
  std::filesystem::path folder_;
  pid_t guardian_ = 0;
  int lifeline_ = -1;
  int answers_ = -1;
};

inline bool tests_run_on_postgres() {
  const char* named = std::getenv("MUSTER_TEST_STORE");
  const std::string_view store = named == nullptr ? "sqlite" : named;
  if (store != "sqlite" && store != "postgresql")
    throw std::runtime_error("MUSTER_TEST_STORE is sqlite or postgresql");
  return store == "postgresql";
}

// The server that the tests of one program share.
inline const PostgresServer& shared_postgres() {
  static const PostgresServer server;
  return server;
}

// A new, empty database there.
inline std::string new_postgres_database(const std::string& name_template = "template0") {
  static int count = 0;
  std::string name = "test_" + std::to_string(++count);
  shared_postgres().query("CREATE DATABASE " + name + " TEMPLATE " + name_template);
  return name;
}

}  // namespace muster::test
