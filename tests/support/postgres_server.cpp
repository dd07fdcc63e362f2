// SPDX-License-Identifier: Apache-2.0
#include "tests/support/postgres_server.h"

#include <fcntl.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <thread>
#include <utility>

namespace muster::test {
namespace {

// Who runs it: nobody with rights. nullptr: we have none ourselves.
const passwd* unprivileged() {
  if (::geteuid() != 0) return nullptr;
  const passwd* user = ::getpwnam("postgres");
  return user != nullptr ? user : ::getpwnam("nobody");
}

// In a child, after fork: becomes that program as that user, with its output in the log.
[[noreturn]] void become(const std::vector<std::string>& command,
                         const std::filesystem::path& folder) {
  if (const passwd* user = unprivileged()) {
    if (::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0) ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT);
  const int log = ::open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  const int null = ::open("/dev/null", O_RDONLY);
  ::dup2(null, 0);
  ::dup2(log, 1);
  ::dup2(log, 2);
  ::setenv("LC_ALL", "C", 1);
  if (::chdir(folder.c_str()) != 0) ::_exit(126);
  std::vector<char*> arguments;
  for (const std::string& word : command)
    arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

bool is_gone(pid_t process) {
  std::ifstream file("/proc/" + std::to_string(process) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return true;
  const auto name_end = text.rfind(')');
  return name_end != std::string::npos && text.compare(name_end, 3, ") Z") == 0;
}

// It stands still first, so that no child is made that is not seen.
void kill_all(pid_t server) {
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

}  // namespace

std::string postgres_programs() {
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

std::string PostgresCluster::connection(const std::string& database) const {
  return "host=" + folder_.string() + (port_ == 0 ? "" : " port=" + std::to_string(port_)) +
         " user=muster dbname=" + database;
}

pid_t PostgresCluster::postmaster() const {
  std::ifstream file(folder_ / "data/postmaster.pid");
  pid_t pid = 0;
  file >> pid;
  return pid;
}

std::string PostgresCluster::query(const std::string& sql, const std::string& database) const {
  const std::unique_ptr<PGconn, decltype(&PQfinish)> link(PQconnectdb(connection(database).c_str()),
                                                          &PQfinish);
  const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(link.get(), sql.c_str()),
                                                             &PQclear);
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
    throw std::runtime_error(sql + ": " + PQerrorMessage(link.get()));
  return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
}

void PostgresCluster::copy_database(const std::string& from, const std::string& to) const {
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

bool PostgresCluster::is_serving() const {
  return PQping(connection("postgres").c_str()) == PQPING_OK;
}

std::string PostgresCluster::log() const {
  std::ifstream file(folder_ / "log");
  return {std::istreambuf_iterator<char>(file), {}};
}

namespace postgres {

std::filesystem::path make_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "muster-postgres-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
  if (const passwd* user = unprivileged()) {
    if (::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0)
      throw std::runtime_error("cannot chown " + name);
  }
  return name;
}

std::vector<std::string> prepare_command(const std::filesystem::path& folder,
                                         const PostgresOptions& options) {
  if (!options.prepare.empty()) return options.prepare;
  return {postgres_programs() + "/initdb",
          "-D",
          (folder / "data").string(),
          "-U",
          "muster",
          "--auth=trust",
          "--no-locale",
          "--encoding=UTF8",
          "--no-sync",
          "--no-instructions"};
}

std::vector<std::string> serve_command(const std::filesystem::path& folder,
                                       const PostgresOptions& options) {
  std::vector<std::string> out = {postgres_programs() + "/postgres", "-D",
                                  (folder / "data").string(), "-k", folder.string()};
  std::vector<std::string> settings = {"shared_buffers=64MB", "max_connections=200",
                                       "unix_socket_permissions=0777"};
  if (options.port == 0) {
    settings.emplace_back("listen_addresses=");
  } else {
    settings.emplace_back("listen_addresses=127.0.0.1");
    settings.push_back("port=" + std::to_string(options.port));
  }
  if (!options.fsync) {
    for (const char* off : {"fsync=off", "full_page_writes=off", "autovacuum=off"})
      settings.emplace_back(off);
  }
  settings.insert(settings.end(), options.settings.begin(), options.settings.end());
  for (const std::string& setting : settings)
    out.insert(out.end(), {"-c", setting});
  return out;
}

pid_t start(const std::vector<std::string>& command, const std::filesystem::path& folder) {
  const pid_t child = ::fork();
  if (child == 0) become(command, folder);
  return child;
}

void stop_at_once(pid_t server) {
  ::kill(server, SIGQUIT);
  ::waitpid(server, nullptr, 0);
}

}  // namespace postgres

PostgresServer::PostgresServer(Options options) : options_(std::move(options)) {
  static_cast<void>(postgres_programs());  // it must throw here, not in the guardian
  folder_ = postgres::make_folder();
  port_ = options_.port;
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
  if (is_ready()) return;
  const std::string text = log();
  end();
  throw std::runtime_error("PostgreSQL does not start: " + text);
}

void PostgresServer::start_again(bool wait) const {
  order(kStart);
  if (wait && !is_ready()) throw std::runtime_error("PostgreSQL does not start again: " + log());
}

void PostgresServer::end() {
  if (guardian_ <= 0) return;
  ::close(lifeline_);
  ::close(answers_);
  ::waitpid(guardian_, nullptr, 0);
  guardian_ = 0;
}

void PostgresServer::order(Order what) const {
  const char letter = what;
  char done = 0;
  if (::write(lifeline_, &letter, 1) != 1 || ::read(answers_, &done, 1) != 1)
    throw std::runtime_error("the guardian of PostgreSQL is gone");
}

pid_t PostgresServer::serve() const {
  return postgres::start(postgres::serve_command(folder_, options_), folder_);
}

void PostgresServer::guard(int lifeline, int answers) const {
  ::setsid();  // what ends the test from a terminal must not end the guardian
  const pid_t prepare = postgres::start(postgres::prepare_command(folder_, options_), folder_);
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
    if (server > 0 && letter == kStopAtOnce) postgres::stop_at_once(server);
    server = letter == kStart ? serve() : 0;
    if (::write(answers, &letter, 1) != 1) break;
  }
  if (server > 0) postgres::stop_at_once(server);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
  ::_exit(0);
}

// This only bounds how long a test can hang.
bool PostgresServer::is_ready() const {
  for (int i = 0; i < 3000; ++i) {
    if (is_serving()) return true;
    if (std::filesystem::exists(folder_ / "failed")) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  return false;
}

}  // namespace muster::test
