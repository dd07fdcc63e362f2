// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/server_process.h"

#include <sys/wait.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>
#include <tuple>
#include <utility>

#include "common/support/digest.h"
#include "tests/support/shared_folder.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

// The session of its administrator must still be good when a test begins.
constexpr auto kPreparedFor = std::chrono::hours(1);
constexpr const char* kTemplate = "muster_installation_";

std::string first_line(const fs::path& file) {
  const std::string text = read_whole(file);
  return text.substr(0, text.find('\n'));
}

std::string new_store() {
  return tests_run_on_postgres() ? shared_postgres().connection(new_postgres_database()) : "sqlite";
}

// An installation of this very muster-server, whose administrator has signed in.
class Prepared {
 public:
  explicit Prepared(const fs::path& top) {
    const fs::path program = binary("muster-server");
    key_ = sha256_hex(program.string() + std::to_string(fs::file_size(program)) +
                      std::to_string(fs::last_write_time(program).time_since_epoch().count()))
               .substr(0, 12);
    folder_ =
        top / ((tests_run_on_postgres() ? "installation-postgresql-" : "installation-") + key_);
    database_ = kTemplate + key_;
    if (fs::create_directories(folder_)) remove_outdated(top);
  }

  // A copy of its data directory at `data`; what its database is called, and who is signed in.
  std::pair<std::string, SignedIn> copy_to(const fs::path& data) {
    const FileLock lock(folder_ / "lock", FileLock::Mode::kExclusive);
    if (!is_ready()) prepare();
    fs::copy(folder_ / "data", data, fs::copy_options::recursive);
    return {tests_run_on_postgres() ? shared_postgres().connection(new_postgres_database(database_))
                                    : "sqlite",
            {first_line(folder_ / "cookie"), first_line(folder_ / "csrf_token")}};
  }

 private:
  // Those of earlier builds, which nobody uses any more.
  void remove_outdated(const fs::path& top) const {
    for (const fs::directory_entry& entry : fs::directory_iterator(top)) {
      const std::string name = entry.path().filename().string();
      if (!name.starts_with("installation-") || name.ends_with(key_)) continue;
      std::error_code ignored;  // somebody else may remove it at the same time
      const auto age = fs::file_time_type::clock::now() - entry.last_write_time(ignored);
      if (!ignored && age > kPreparedFor) fs::remove_all(entry.path(), ignored);
    }
  }

  bool is_ready() const {
    std::error_code none;
    const auto made_at = fs::last_write_time(folder_ / "ready", none);
    const auto now = fs::file_time_type::clock::now();
    if (none || made_at > now || now - made_at > kPreparedFor) return false;
    return !tests_run_on_postgres() ||
           !shared_postgres()
                .query("SELECT 1 FROM pg_database WHERE datname = '" + database_ + "'")
                .empty();
  }

  void prepare() const {
    fs::remove(folder_ / "ready");
    fs::remove_all(folder_ / "data");
    const std::string made_in = tests_run_on_postgres() ? new_postgres_database() : "";
    {
      ServerProcess server(made_in.empty() ? "sqlite" : shared_postgres().connection(made_in));
      server.start();
      const auto headers = server.admin_headers();
      if (server.stop() != 0) throw std::runtime_error("the server did not stop: " + server.log());
      fs::copy(server.data(), folder_ / "data", fs::copy_options::recursive);
      std::ofstream(folder_ / "cookie") << headers.at(0).second << '\n';
      std::ofstream(folder_ / "csrf_token") << headers.at(1).second << '\n';
    }
    if (!made_in.empty()) {
      shared_postgres().query("DROP DATABASE IF EXISTS " + database_ + " WITH (FORCE)");
      shared_postgres().query("ALTER DATABASE " + made_in + " RENAME TO " + database_);
    }
    std::ofstream(folder_ / "ready") << "";
  }

  std::string key_;  // of this very program
  fs::path folder_;
  std::string database_;
};

Prepared& prepared() {
  static const TemporaryFolder own;
  static Prepared installation(shared_folder().value_or(own.path()));
  return installation;
}

}  // namespace

std::string binary(const std::string& name) {
  const char* folder = std::getenv("MUSTER_BIN");
  if (folder == nullptr) throw std::runtime_error("MUSTER_BIN does not name the binaries' folder");
  return std::string(folder) + '/' + name;
}

ServerProcess::ServerProcess(Made made) {
  if (made == Made::kCopied) {
    std::tie(database_, admin_) = prepared().copy_to(data());
    write_config();
  } else {
    database_ = new_store();
    init();
  }
}

ServerProcess::ServerProcess(const std::string& database) : database_(database) {
  init();
}

void ServerProcess::init() {
  write_config();
  const Ended made = command({"init", "--admin", kAdmin, "--password-stdin", "--public-name",
                              "localhost", "--public-name", "127.0.0.1"},
                             std::string(kPassword) + "\n");
  if (made.code != 0) throw std::runtime_error("init: " + made.error);
}

ServerProcess::ServerProcess(const ServerProcess* first) : database_(first->database_) {
  write_config();
  fs::create_directory(data());
  fs::permissions(data(), fs::perms::owner_all);
  fs::copy_file(first->data() / "cluster.key", data() / "cluster.key");
  const Ended made = command({"init", "--join"});
  if (made.code != 0) throw std::runtime_error("init --join: " + made.error);
}

ServerProcess::~ServerProcess() {
  if (child_ != 0) stop(SIGKILL);
}

Ended ServerProcess::command(std::vector<std::string> arguments, const std::string& input) const {
  arguments.insert(arguments.begin(), binary("muster-server"));
  arguments.insert(arguments.end(),
                   {"--config", config_file().string(), "--data", data().string()});
  return run_program(arguments, input);
}

void ServerProcess::start() {
  const auto ports = folder_.path() / "ports";
  fs::remove(ports);
  child_ = spawn({binary("muster-server"), "serve", "--config", config_file().string(), "--data",
                  data().string(), "--ports-file", ports.string(), "--people-port",
                  std::to_string(people_port_), "--agents-port", std::to_string(agents_port_)},
                 "/dev/null", "/dev/null", log_file());
  // It writes the file when both listeners are open; this only bounds how long a test can hang.
  for (int i = 0; i < 6000 && !fs::exists(ports); ++i) {
    int status = 0;
    if (::waitpid(child_, &status, WNOHANG) == child_) {
      child_ = 0;
      throw std::runtime_error("the server ended at once: " + log());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  std::istringstream text(read_whole(ports));
  std::string people, agents;
  text >> people >> people_port_ >> agents >> agents_port_;
  if (people != "people" || agents != "agents" || ask({.path = "/readyz"}).status != 200) {
    throw std::runtime_error("the server is not ready: " + log());
  }
}

int ServerProcess::stop(int signal) {
  ::kill(child_, signal);
  const int code = wait_for(child_);
  child_ = 0;
  return code;
}

bool ServerProcess::is_running() const {
  return child_ != 0 && ::waitpid(child_, nullptr, WNOHANG) == 0;
}

void ServerProcess::set_database(const std::string& database) {
  database_ = database;
  write_config();
}

std::vector<std::pair<std::string, std::string>> ServerProcess::admin_headers() {
  // What the copied installation knew may be over by the clock that this one has.
  if (!admin_is_checked_) {
    if (admin_.cookie.empty() || !is_signed_in()) sign_in();
    admin_is_checked_ = true;
  }
  return {{"Cookie", admin_.cookie}, {"X-CSRF-Token", admin_.csrf_token}};
}

HttpAnswer ServerProcess::ask_as_admin(HttpAsk what) {
  for (auto& header : admin_headers())
    what.headers.push_back(std::move(header));
  if (!what.body.empty()) what.headers.emplace_back("Content-Type", "application/json");
  return ask(what);
}

std::string ServerProcess::join_code(const std::string& body) {
  const HttpAnswer made =
      ask_as_admin({.method = "POST", .path = "/api/v1/join-tokens", .body = body});
  if (made.status != 201) throw std::runtime_error("no join token: " + made.body);
  return made.text("join_code");
}

void ServerProcess::write_config() const {
  std::ofstream(config_file()) << "[server]\ndatabase = " << database_
                               << "\ndatabase_accept_no_fsync = on\n";
}

void ServerProcess::sign_in() {
  const HttpAnswer answer = ask(
      {.method = "POST",
       .path = "/api/v1/session",
       .headers = {{"Content-Type", "application/json"}},
       .body = std::string("{\"name\":\"") + kAdmin + "\",\"password\":\"" + kPassword + "\"}"});
  if (answer.status != 201) throw std::runtime_error("cannot sign in: " + answer.body);
  const std::string field = answer.header("Set-Cookie");
  admin_ = {field.substr(0, field.find(';')), answer.text("csrf_token")};
}

bool ServerProcess::is_signed_in() const {
  return ask({.path = "/api/v1/session", .headers = {{"Cookie", admin_.cookie}}}).status == 200;
}

}  // namespace muster::test
