// SPDX-License-Identifier: Apache-2.0
// The real muster-server in a data directory of its own, on ports that were free, and a minimal
// client for both of its listeners. MUSTER_BIN names the folder of the binaries (set by CTest),
// MUSTER_TEST_STORE the store (postgres_server.h). A server that does not come up fails the test
// with its log. One thread.
#pragma once
#include <signal.h>

#include <chrono>
#include <sstream>
#include <thread>

#include "common/json/value.h"
#include "tests/support/postgres_server.h"
#include "tests/support/program.h"
#include "tests/support/raw_client.h"

namespace muster::test {

inline std::string binary(const std::string& name) {
  const char* folder = std::getenv("MUSTER_BIN");
  if (folder == nullptr) throw std::runtime_error("MUSTER_BIN does not name the binaries' folder");
  return std::string(folder) + '/' + name;
}

struct HttpAnswer {
  int status = 0;  // 0: the connection ended without an answer
  std::string head;
  std::string body;

  // A member of the JSON object in the body; empty when it is not there or no text.
  std::string text(std::string_view name) const {
    const Result<JsonValue> json = JsonValue::parse(body);
    return json ? json->text_at(name).value_or("") : "";
  }
  std::string header(const std::string& name) const {
    const auto at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

struct HttpAsk {
  std::string method = "GET";
  std::string path;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
};

inline std::string to_bytes(const HttpAsk& ask) {
  std::string bytes = ask.method + ' ' + ask.path + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : ask.headers)
    bytes += name + ": " + value + "\r\n";
  if (ask.method != "GET") bytes += "Content-Length: " + std::to_string(ask.body.size()) + "\r\n";
  return bytes + "\r\n" + ask.body;
}

inline HttpAnswer read_answer(RawClient& client) {
  const std::string bytes = client.receive_response();
  HttpAnswer answer;
  const auto end = bytes.find("\r\n\r\n");
  if (end == std::string::npos) return answer;
  answer.head = bytes.substr(0, end + 2);
  answer.body = bytes.substr(end + 4);
  answer.status = std::stoi(answer.head.substr(answer.head.find(' ')));
  return answer;
}

inline HttpAnswer exchange(std::uint16_t port, const HttpAsk& ask, const RawTls& tls = {}) {
  RawClient client(port);
  if (!client.start_tls(tls) || !client.send(to_bytes(ask))) return {};
  return read_answer(client);
}

class ServerProcess {
 public:
  static constexpr const char* kAdmin = "ana";
  static constexpr const char* kPassword = "correct horse battery staple";

  // Makes the installation; start() serves.
  ServerProcess()
      : ServerProcess(tests_run_on_postgres()
                          ? shared_postgres().connection(new_postgres_database())
                          : "sqlite") {}
  // On this database (server.ini, database), which is empty.
  explicit ServerProcess(const std::string& database) : database_(database) {
    write_config();
    const Ended made = command({"init", "--admin", kAdmin, "--password-stdin", "--public-name",
                                "localhost", "--public-name", "127.0.0.1"},
                               std::string(kPassword) + "\n");
    if (made.code != 0) throw std::runtime_error("init: " + made.error);
  }
  // One more server of an installation on PostgreSQL.
  explicit ServerProcess(const ServerProcess* first) : database_(first->database_) {
    write_config();
    std::filesystem::create_directory(data());
    std::filesystem::permissions(data(), std::filesystem::perms::owner_all);
    std::filesystem::copy_file(first->data() / "cluster.key", data() / "cluster.key");
    const Ended made = command({"init", "--join"});
    if (made.code != 0) throw std::runtime_error("init --join: " + made.error);
  }
  ~ServerProcess() {
    if (child_ != 0) stop(SIGKILL);
  }
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // muster-server with these arguments, --config and --data.
  Ended command(std::vector<std::string> arguments, const std::string& input = {}) const {
    arguments.insert(arguments.begin(), binary("muster-server"));
    arguments.insert(arguments.end(),
                     {"--config", config_file().string(), "--data", data().string()});
    return run_program(arguments, input);
  }

  // The first time on free ports, later on the same ones.
  void start() {
    const auto ports = folder_.path() / "ports";
    std::filesystem::remove(ports);
    child_ = spawn({binary("muster-server"), "serve", "--config", config_file().string(), "--data",
                    data().string(), "--ports-file", ports.string(), "--people-port",
                    std::to_string(people_port_), "--agents-port", std::to_string(agents_port_)},
                   "/dev/null", "/dev/null", log_file());
    // It writes the file when both listeners are open; this only bounds how long a test can hang.
    for (int i = 0; i < 1200 && !std::filesystem::exists(ports); ++i) {
      int status = 0;
      if (::waitpid(child_, &status, WNOHANG) == child_) {
        child_ = 0;
        throw std::runtime_error("the server ended at once: " + log());
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    std::istringstream text(read_whole(ports));
    std::string people, agents;
    text >> people >> people_port_ >> agents >> agents_port_;
    if (people != "people" || agents != "agents" || ask({.path = "/readyz"}).status != 200) {
      throw std::runtime_error("the server is not ready: " + log());
    }
  }
  // Its exit code; 128 + 9 after SIGKILL.
  int stop(int signal = SIGTERM) {
    ::kill(child_, signal);
    const int code = wait_for(child_);
    child_ = 0;
    return code;
  }
  bool is_running() const { return child_ != 0 && ::waitpid(child_, nullptr, WNOHANG) == 0; }

  pid_t id() const { return child_; }
  std::filesystem::path data() const { return folder_.path() / "data"; }
  std::filesystem::path folder() const { return folder_.path(); }
  std::uint16_t people_port() const { return people_port_; }
  std::uint16_t agents_port() const { return agents_port_; }
  std::string log() const { return read_whole(log_file()); }
  const std::string& database() const { return database_; }
  void set_database(const std::string& database) {  // from the next start
    database_ = database;
    write_config();
  }
  pid_t process() const { return child_; }

  HttpAnswer ask(const HttpAsk& what) const { return exchange(people_port_, what); }
  // What makes a request the administrator's, who signs in the first time.
  std::vector<std::pair<std::string, std::string>> admin_headers() {
    if (cookie_.empty()) sign_in();
    return {{"Cookie", cookie_}, {"X-CSRF-Token", csrf_token_}};
  }
  HttpAnswer ask_as_admin(HttpAsk what) {
    for (auto& header : admin_headers())
      what.headers.push_back(std::move(header));
    if (!what.body.empty()) what.headers.emplace_back("Content-Type", "application/json");
    return ask(what);
  }
  std::string join_code(const std::string& body = "{\"max_uses\":10}") {
    const HttpAnswer made =
        ask_as_admin({.method = "POST", .path = "/api/v1/join-tokens", .body = body});
    if (made.status != 201) throw std::runtime_error("no join token: " + made.body);
    return made.text("join_code");
  }

 private:
  void write_config() const {
    std::ofstream(config_file()) << "[server]\ndatabase = " << database_
                                 << "\ndatabase_accept_no_fsync = on\n";
  }
  std::filesystem::path config_file() const { return folder_.path() / "server.ini"; }
  std::filesystem::path log_file() const { return folder_.path() / "server.log"; }

  void sign_in() {
    const HttpAnswer answer = ask(
        {.method = "POST",
         .path = "/api/v1/session",
         .headers = {{"Content-Type", "application/json"}},
         .body = std::string("{\"name\":\"") + kAdmin + "\",\"password\":\"" + kPassword + "\"}"});
    if (answer.status != 201) throw std::runtime_error("cannot sign in: " + answer.body);
    const std::string field = answer.header("Set-Cookie");
    cookie_ = field.substr(0, field.find(';'));
    csrf_token_ = answer.text("csrf_token");
  }

  TemporaryFolder folder_;
  std::string database_;
  pid_t child_ = 0;
  std::uint16_t people_port_ = 0;
  std::uint16_t agents_port_ = 0;
  std::string cookie_;
  std::string csrf_token_;
};

}  // namespace muster::test
