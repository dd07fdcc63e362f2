// SPDX-License-Identifier: Apache-2.0
// muster-server with faults, in a data directory that outlives it: started with some plan of
// faults, ended by it or killed, examined by the real doctor, and started again. One thread.
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/programs/server_process.h"

namespace muster::test {

using EnvironmentLines = std::vector<std::string>;  // "MUSTER_FAULT=..."

class FaultServer {
 public:
  static constexpr const char* kAdmin = "ana";
  static constexpr const char* kPassword = "correct horse battery staple";

  // The data directory is FOLDER/data; nothing is made yet.
  explicit FaultServer(std::filesystem::path folder) : folder_(std::move(folder)) {}
  // On the PostgreSQL of this connection text.
  FaultServer(std::filesystem::path folder, const std::string& database)
      : folder_(std::move(folder)), settings_({"MUSTER_SERVER_DATABASE=" + database}) {}
  ~FaultServer() { kill(); }
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  // muster-server-faults with these arguments and --data, to its end.
  Ended command(std::vector<std::string> arguments, const EnvironmentLines& environment = {},
                const std::string& input = {}) const;
  Ended init(const EnvironmentLines& environment = {}) const;
  // As one more server of the installation of `first`.
  Ended join(const FaultServer& first) const;
  // The real, shipped one.
  Ended doctor() const;

  // True: it serves; false: it ended before it did, and `ended_with` says how. What makes it stand
  // still before that is waited out at once.
  bool start(const EnvironmentLines& environment = {});
  bool is_running();
  // SIGTERM; the exit code.
  int stop();
  void kill();
  void pause();   // SIGSTOP
  void resume();  // SIGCONT
  bool stands_still() const;
  // Waits until it has ended by itself, at most this long; the exit code.
  std::optional<int> wait_ms(int limit_ms);
  int ended_with() const { return ended_with_; }

  pid_t id() const { return child_; }
  std::filesystem::path data() const { return folder_ / "data"; }
  std::filesystem::path folder() const { return folder_; }
  pid_t process() const { return child_; }
  std::uint16_t people_port() const { return people_port_; }
  std::uint16_t agents_port() const { return agents_port_; }
  std::string log() const { return read_whole(folder_ / "server.log"); }

  // As the administrator, who signs in the first time; status 0 when there was no answer.
  HttpAnswer ask_as_admin(HttpAsk what);
  std::string join_code(int uses = 1000);  // empty when it cannot be made
  void forget_session() { cookie_.clear(); }

 private:
  bool sign_in();

  EnvironmentLines with_settings(EnvironmentLines environment) const;

  std::filesystem::path folder_;
  EnvironmentLines settings_;
  pid_t child_ = 0;
  int ended_with_ = 0;
  std::uint16_t people_port_ = 0;
  std::uint16_t agents_port_ = 0;
  std::string cookie_;
  std::string csrf_token_;
};

// exchange() that tells of a missing connection by status 0.
HttpAnswer try_exchange(std::uint16_t port, const HttpAsk& ask, const RawTls& tls = {});

}  // namespace muster::test
