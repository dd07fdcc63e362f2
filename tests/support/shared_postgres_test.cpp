// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL that tests share outlives whoever uses it, also one who was killed, and nobody
// else. Users are children here, each with what a program of tests starts with.
#include "tests/support/shared_postgres.h"

#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <thread>

#include "tests/support/program.h"
#include "tests/support/shared_folder.h"

namespace muster::test {
namespace {

namespace fs = std::filesystem;

// The exit code of a child that does this; 99 where it throws.
int in_child(const std::function<void()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      work();
    } catch (const std::exception&) {
      ::_exit(99);
    }
    ::_exit(0);
  }
  return wait_for(child);
}

fs::path noted(const fs::path& shared) {
  std::string folder = read_whole(shared / "postgresql.folder");
  return folder.substr(0, folder.find('\n'));
}

}  // namespace

TEST_CASE(
    "the shared PostgreSQL serves one after the other and ends behind the last, killed or not",
    "[long]") {
  const TemporaryFolder shared;
  const Setting setting("MUSTER_TEST_SHARED", shared.path().string());
  REQUIRE(in_child([] { drop_postgres_database(new_postgres_database()); }) == 0);
  const fs::path folder = noted(shared.path());
  REQUIRE(fs::exists(folder));
  CHECK(PostgresCluster(folder).is_serving());

  CHECK(in_child([] {
          new_postgres_database();
          ::raise(SIGKILL);
        }) == 128 + SIGKILL);
  CHECK(noted(shared.path()) == folder);

  // Nobody uses it any more.
  bool has_ended = false;
  for (int i = 0; i < 600 && !has_ended; ++i) {
    has_ended = !fs::exists(folder);
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  CHECK(has_ended);
  CHECK(noted(shared.path()).empty());
}

TEST_CASE("a PostgreSQL that cannot be started says so and leaves nothing behind") {
  const TemporaryFolder shared;
  const TemporaryFolder nothing;
  const Setting setting("MUSTER_TEST_SHARED", shared.path().string());
  const Setting programs("MUSTER_TEST_POSTGRES_BIN", nothing.path().string());
  const Setting temporary("TMPDIR", nothing.path().string());
  CHECK(in_child([] { shared_postgres(); }) == 99);
  CHECK(fs::is_empty(nothing.path()));
}

TEST_CASE("a lock of tests is held by one alone or by several together, and ends with its holder") {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "lock";
  {
    const FileLock one(file, FileLock::Mode::kShared);
    const FileLock two(file, FileLock::Mode::kShared);
    CHECK_FALSE(FileLock::try_exclusive(file));
  }
  const auto alone = FileLock::try_exclusive(file);
  CHECK(alone);
  CHECK_FALSE(FileLock::try_exclusive(file));
}

}  // namespace muster::test
