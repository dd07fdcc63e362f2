// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/fault_server.h"

#include <signal.h>
#include <sys/wait.h>

#include <sstream>
#include <thread>

namespace muster::test {
namespace {

std::vector<std::string> with_environment(const EnvironmentLines& environment,
                                          const std::vector<std::string>& command) {
  std::vector<std::string> words = {"env"};
  words.insert(words.end(), environment.begin(), environment.end());
  words.insert(words.end(), command.begin(), command.end());
  return words;
}

int code_of(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

HttpAnswer try_exchange(std::uint16_t port, const HttpAsk& ask, const RawTls& tls) {
  try {
    return exchange(port, ask, tls);
  } catch (const std::exception&) {
    return {};
  }
}

Ended FaultServer::command(std::vector<std::string> arguments, const EnvironmentLines& environment,
                           const std::string& input) const {
  arguments.insert(arguments.begin(), binary("muster-server-faults"));
  arguments.insert(arguments.end(), {"--data", data().string()});
  return run_program(with_environment(with_settings(environment), arguments), input);
}

Ended FaultServer::init(const EnvironmentLines& environment) const {
  return command({"init", "--admin", kAdmin, "--password-stdin", "--public-name", "localhost",
                  "--public-name", "127.0.0.1"},
                 environment, std::string(kPassword) + "\n");
}

Ended FaultServer::join(const FaultServer& first) const {
  std::filesystem::create_directories(data());
  std::filesystem::permissions(data(), std::filesystem::perms::owner_all);
  std::filesystem::copy_file(first.data() / "cluster.key", data() / "cluster.key");
  return command({"init", "--join"});
}

Ended FaultServer::doctor() const {
  return run_program(
      with_environment(settings_, {binary("muster-server"), "doctor", "--data", data().string()}));
}

EnvironmentLines FaultServer::with_settings(EnvironmentLines environment) const {
  environment.insert(environment.end(), settings_.begin(), settings_.end());
  return environment;
}

bool FaultServer::start(const EnvironmentLines& environment) {
  const auto ports = folder_ / "ports";
  std::filesystem::remove(ports);
  child_ = spawn(with_environment(
                     with_settings(environment),
                     {binary("muster-server-faults"), "serve", "--data", data().string(),
                      "--ports-file", ports.string(), "--people-port", std::to_string(people_port_),
                      "--agents-port", std::to_string(agents_port_)}),
                 "/dev/null", "/dev/null", folder_ / "server.log");
  while (!std::filesystem::exists(ports)) {
    if (!is_running()) return false;
    if (stands_still()) resume();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  std::istringstream text(read_whole(ports));
  std::string people, agents;
  text >> people >> people_port_ >> agents >> agents_port_;
  return people == "people" && agents == "agents";
}

bool FaultServer::is_running() {
  if (child_ == 0) return false;
  int status = 0;
  if (::waitpid(child_, &status, WNOHANG) != child_) return true;
  ended_with_ = code_of(status);
  child_ = 0;
  return false;
}

int FaultServer::stop() {
  if (!is_running()) return ended_with_;
  ::kill(child_, SIGTERM);
  ended_with_ = wait_for(child_);
  child_ = 0;
  return ended_with_;
}

void FaultServer::kill() {
  if (!is_running()) return;
  ::kill(child_, SIGKILL);
  ended_with_ = wait_for(child_);
  child_ = 0;
}

void FaultServer::pause() {
  if (is_running()) ::kill(child_, SIGSTOP);
}
void FaultServer::resume() {
  if (is_running()) ::kill(child_, SIGCONT);
}

bool FaultServer::stands_still() const {
  const std::string text = read_whole("/proc/" + std::to_string(child_) + "/stat");
  const auto at = text.rfind(") ");
  return at != std::string::npos && text.size() > at + 2 && text[at + 2] == 'T';
}

std::optional<int> FaultServer::wait_ms(int limit_ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms);
  while (is_running()) {
    if (std::chrono::steady_clock::now() > end) return std::nullopt;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return ended_with_;
}

bool FaultServer::sign_in() {
  const HttpAnswer answer = try_exchange(
      people_port_,
      {.method = "POST",
       .path = "/api/v1/session",
       .headers = {{"Content-Type", "application/json"}},
       .body = std::string("{\"name\":\"") + kAdmin + "\",\"password\":\"" + kPassword + "\"}"});
  if (answer.status != 201) return false;
  const std::string field = answer.header("Set-Cookie");
  cookie_ = field.substr(0, field.find(';'));
  csrf_token_ = answer.text("csrf_token");
  return true;
}

HttpAnswer FaultServer::ask_as_admin(HttpAsk what) {
  if (cookie_.empty() && !sign_in()) return {};
  what.headers.emplace_back("Cookie", cookie_);
  what.headers.emplace_back("X-CSRF-Token", csrf_token_);
  if (!what.body.empty()) what.headers.emplace_back("Content-Type", "application/json");
  return try_exchange(people_port_, what);
}

std::string FaultServer::join_code(int uses) {
  const HttpAnswer made = ask_as_admin({.method = "POST",
                                        .path = "/api/v1/join-tokens",
                                        .body = "{\"max_uses\":" + std::to_string(uses) + "}"});
  return made.status == 201 ? made.text("join_code") : "";
}

}  // namespace muster::test
