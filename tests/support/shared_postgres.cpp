// SPDX-License-Identifier: Apache-2.0
// Two locks: whoever holds "door" may start it, end it or come in; users hold "users" together as
// long as they live. The guardian, which is nobody's child any more, ends it when it gets both.
#include "tests/support/shared_postgres.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "tests/support/program.h"
#include "tests/support/shared_folder.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

constexpr auto kIdle = std::chrono::seconds(10);

struct Commands {
  std::vector<std::string> prepare, serve;
};

// Where it is; empty: nobody has started it.
fs::path running_in(const fs::path& shared) {
  std::string folder = read_whole(shared / "postgresql.folder");
  while (folder.ends_with('\n'))
    folder.pop_back();
  return folder;
}

// It must not keep open what its starter had open: CTest waits for the end of a test's output.
void leave_everything() {
  ::setsid();
  const int null = ::open("/dev/null", O_RDWR);
  for (const int standard : {0, 1, 2})
    ::dup2(null, standard);
  ::close_range(3, ~0U, 0);
}

// Returns when nobody has used it for a while, with the locks that keep everybody else out; or when
// it has ended by itself, with the door.
void wait_until_unused(const fs::path& shared, pid_t server, bool& has_ended,
                       std::optional<FileLock>& door, std::optional<FileLock>& users) {
  auto used_at = std::chrono::steady_clock::now();
  for (;; door.reset(), users.reset()) {
    std::this_thread::sleep_for(std::chrono::seconds(1));
    has_ended = has_ended || ::waitpid(server, nullptr, WNOHANG) == server;
    if (auto lock = FileLock::try_exclusive(shared / "postgresql.door"))
      door.emplace(std::move(*lock));
    if (door && has_ended) return;
    if (auto lock = FileLock::try_exclusive(shared / "postgresql.users"))
      users.emplace(std::move(*lock));
    if (!door || !users) used_at = std::chrono::steady_clock::now();
    if (door && users && std::chrono::steady_clock::now() - used_at >= kIdle) return;
  }
}

// In a process of its own that must never go on with the tests: it ends here, whatever happens.
[[noreturn]] void guard(const fs::path& shared, const fs::path& folder, const Commands& commands) {
  pid_t server = 0;
  bool has_ended = false;
  try {
    leave_everything();
    if (wait_for(postgres::start(commands.prepare, folder)) != 0) {
      std::ofstream(folder / "failed") << "initdb";
      ::_exit(1);
    }
    server = postgres::start(commands.serve, folder);
    std::optional<FileLock> door, users;
    wait_until_unused(shared, server, has_ended, door, users);
    if (!has_ended) postgres::stop_at_once(server);
    server = 0;
    std::error_code ignored;
    if (running_in(shared) == folder) fs::remove(shared / "postgresql.folder", ignored);
    fs::remove_all(folder, ignored);
    ::_exit(0);
  } catch (...) {
    // The folder of the locks is gone: somebody has removed the whole build.
    if (server > 0 && !has_ended) postgres::stop_at_once(server);
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    ::_exit(1);
  }
}

PostgresCluster start_shared(const fs::path& shared) {
  const fs::path folder = postgres::make_folder();
  // All tests of a build at once, each with as many connections as it likes.
  const PostgresOptions options{.settings = {"max_connections=1000"}};
  const Commands commands{postgres::prepare_command(folder, options),
                          postgres::serve_command(folder, options)};
  // Twice, so that the guardian belongs to nobody who would wait for it.
  const pid_t between = ::fork();
  if (between == 0) {
    if (::fork() == 0) guard(shared, folder, commands);
    ::_exit(0);
  }
  wait_for(between);
  PostgresCluster cluster(folder);
  // This only bounds how long a test can hang.
  for (int i = 0; i < 3000 && !cluster.is_serving(); ++i) {
    if (fs::exists(folder / "failed")) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (!cluster.is_serving()) {
    const std::string log = cluster.log();
    std::error_code ignored;
    fs::remove_all(folder, ignored);
    throw std::runtime_error("PostgreSQL does not start: " + log);
  }
  std::ofstream(shared / "postgresql.folder") << folder.string() << '\n';
  return cluster;
}

// Held by each program that uses the shared one, to its end.
struct Joined {
  explicit Joined(const fs::path& shared) {
    const FileLock door(shared / "postgresql.door", FileLock::Mode::kExclusive);
    cluster = PostgresCluster(running_in(shared));
    if (cluster.folder().empty() || !cluster.is_serving()) cluster = start_shared(shared);
    user = std::make_unique<FileLock>(shared / "postgresql.users", FileLock::Mode::kShared);
  }
  PostgresCluster cluster;
  std::unique_ptr<FileLock> user;
};

// The databases of this program that it has not dropped yet.
struct Databases {
  ~Databases() {
    for (const std::string& name : names) {
      try {
        shared_postgres().query("DROP DATABASE IF EXISTS " + name + " WITH (FORCE)");
      } catch (const std::exception&) {
        // It goes with the server's folder at the latest.
      }
    }
  }
  std::set<std::string> names;
  int count = 0;
};

Databases& databases() {
  static Databases all;
  return all;
}

}  // namespace

bool tests_run_on_postgres() {
  const char* named = std::getenv("MUSTER_TEST_STORE");
  const std::string_view store = named == nullptr ? "sqlite" : named;
  if (store != "sqlite" && store != "postgresql")
    throw std::runtime_error("MUSTER_TEST_STORE is sqlite or postgresql");
  return store == "postgresql";
}

const PostgresCluster& shared_postgres() {
  if (const auto shared = shared_folder()) {
    static const Joined joined(*shared);
    return joined.cluster;
  }
  static const PostgresServer own;
  return own;
}

std::string new_postgres_database(const std::string& name_template) {
  static_cast<void>(shared_postgres());  // first, so that it is left last
  std::string name =
      "test_" + std::to_string(::getpid()) + "_" + std::to_string(++databases().count);
  shared_postgres().query("CREATE DATABASE " + name + " TEMPLATE " + name_template);
  databases().names.insert(name);
  return name;
}

void drop_postgres_database(const std::string& name) {
  shared_postgres().query("DROP DATABASE " + name + " WITH (FORCE)");
  databases().names.erase(name);
}

}  // namespace muster::test
