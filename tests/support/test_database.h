// SPDX-License-Identifier: Apache-2.0
// An empty database of Muster for one test, on the store that MUSTER_TEST_STORE names: "sqlite"
// (the default), a file in a temporary folder; "postgresql", a database made from a template that
// was migrated once, on a throwaway server that the test program starts when it needs it first.
#pragma once
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "common/support/clock.h"
#include "server/store/postgres.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"
#include "tests/support/postgres_server.h"

namespace muster::test {

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

inline std::unique_ptr<server::Database> open_postgres_for_test(const std::string& connection) {
  return server::open_postgres({.connection = connection, .accept_no_fsync = true});
}

// A database on the shared server; dropped with the object.
class PostgresTestDatabase {
 public:
  enum class Kind { kMigrated, kEmpty };
  explicit PostgresTestDatabase(Kind kind = Kind::kMigrated) {
    static int count = 0;
    name_ = "test_" + std::to_string(++count);
    shared_postgres().query("CREATE DATABASE " + name_ + " TEMPLATE " +
                            (kind == Kind::kEmpty ? "template0" : template_name()));
  }
  ~PostgresTestDatabase() {
    try {
      shared_postgres().query("DROP DATABASE " + name_ + " WITH (FORCE)");
    } catch (const std::exception&) {
      // It goes with the server's folder at the latest.
    }
  }
  PostgresTestDatabase(const PostgresTestDatabase&) = delete;
  PostgresTestDatabase& operator=(const PostgresTestDatabase&) = delete;

  std::string connection() const { return shared_postgres().connection(name_); }
  const std::string& name() const { return name_; }

 private:
  static const std::string& template_name() {
    static const std::string kName = [] {
      const std::string name = "muster_template";
      shared_postgres().query("CREATE DATABASE " + name + " TEMPLATE template0");
      const SystemClock clock;
      const server::Store migrated(open_postgres_for_test(shared_postgres().connection(name)), {},
                                   clock);
      return name;
    }();
    return kName;
  }
  std::string name_;
};

class TestDatabase {
 public:
  // `file` is where the database goes on SQLite.
  explicit TestDatabase(std::string file) : file_(std::move(file)) {
    if (tests_run_on_postgres()) postgres_ = std::make_unique<PostgresTestDatabase>();
  }
  // Any number of times: the same database each time.
  std::unique_ptr<server::Database> open() const {
    if (postgres_ != nullptr) return open_postgres_for_test(postgres_->connection());
    return server::open_sqlite(file_, true);
  }
  const std::string& file() const { return file_; }

 private:
  std::string file_;
  std::unique_ptr<PostgresTestDatabase> postgres_;
};

}  // namespace muster::test
