// SPDX-License-Identifier: Apache-2.0
// The real muster-server in a data directory of its own, on ports that were free. MUSTER_BIN names
// the folder of the binaries (set by CTest), MUSTER_TEST_STORE the store (shared_postgres.h). A
// server that does not come up fails the test with its log. One thread.
//
// The installation is a copy of one that `muster-server init` made and that its administrator has
// signed in to: each of them costs a password's hash, a third of a second on purpose, in every
// test.
#pragma once
#include <signal.h>
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/http_exchange.h"
#include "tests/support/program.h"
#include "tests/support/shared_postgres.h"

namespace muster::test {

std::string binary(const std::string& name);

// What a browser keeps of a sign-in.
struct SignedIn {
  std::string cookie;
  std::string csrf_token;
};

enum class Made {
  kCopied,  // certificate authority, administrator and session are those of other tests too
  kByInit,  // like no other, and by the clock of this moment
};

class ServerProcess {
 public:
  static constexpr const char* kAdmin = "ana";
  static constexpr const char* kPassword = "correct horse battery staple";

  // Has the installation; start() serves.
  explicit ServerProcess(Made made = Made::kCopied);
  // Made by init on this database (server.ini, database), which is empty.
  explicit ServerProcess(const std::string& database);
  // One more server of an installation on PostgreSQL.
  explicit ServerProcess(const ServerProcess* first);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // muster-server with these arguments, --config and --data.
  Ended command(std::vector<std::string> arguments, const std::string& input = {}) const;

  // The first time on free ports, later on the same ones.
  void start();
  // Its exit code; 128 + 9 after SIGKILL.
  int stop(int signal = SIGTERM);
  bool is_running() const;

  pid_t id() const { return child_; }
  std::filesystem::path data() const { return folder_.path() / "data"; }
  std::filesystem::path folder() const { return folder_.path(); }
  std::uint16_t people_port() const { return people_port_; }
  std::uint16_t agents_port() const { return agents_port_; }
  std::string log() const { return read_whole(log_file()); }
  const std::string& database() const { return database_; }
  void set_database(const std::string& database);  // from the next start
  pid_t process() const { return child_; }

  HttpAnswer ask(const HttpAsk& what) const { return exchange(people_port_, what); }
  // What makes a request the administrator's, who signs in the first time.
  std::vector<std::pair<std::string, std::string>> admin_headers();
  HttpAnswer ask_as_admin(HttpAsk what);
  // The next request signs in anew where the session is over, as after days of a faked clock.
  void check_sign_in() { admin_is_checked_ = false; }
  std::string join_code(const std::string& body = "{\"max_uses\":10}");

 private:
  void init();
  void write_config() const;
  std::filesystem::path config_file() const { return folder_.path() / "server.ini"; }
  std::filesystem::path log_file() const { return folder_.path() / "server.log"; }
  void sign_in();
  bool is_signed_in() const;

  TemporaryFolder folder_;
  std::string database_;
  pid_t child_ = 0;
  std::uint16_t people_port_ = 0;
  std::uint16_t agents_port_ = 0;
  SignedIn admin_;
  bool admin_is_checked_ = false;
};

}  // namespace muster::test
