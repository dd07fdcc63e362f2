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
#include "common/support/digest.h"
#include "server/store/postgres.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"
#include "tests/support/postgres_server.h"

namespace muster::test {

inline std::unique_ptr<server::Database> open_postgres_for_test(const std::string& connection) {
  return server::open_postgres({.connection = connection, .accept_no_fsync = true});
}

// A database on the shared server; dropped with the object.
class PostgresTestDatabase {
 public:
  enum class Kind { kMigrated, kEmpty };
  explicit PostgresTestDatabase(Kind kind = Kind::kMigrated) {
    name_ = new_postgres_database(kind == Kind::kEmpty ? "template0" : template_name());
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

  // A copy of another one, as a restored backup is.
  explicit PostgresTestDatabase(const PostgresTestDatabase& other, Kind) {
    name_ = other.name_ + "_copy";
    shared_postgres().copy_database(other.name_, name_);
  }

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

  // A backup of this moment, as a database of its own.
  std::unique_ptr<TestDatabase> backup() const {
    auto copy = std::unique_ptr<TestDatabase>(new TestDatabase());
    copy->file_ = file_ + ".backup-" + random_uuid();
    copy->file_.replace(0, copy->file_.rfind('/'), std::filesystem::temp_directory_path().string());
    copy->is_owned_ = true;
    if (postgres_ == nullptr) {
      open()->backup(copy->file_);
    } else {
      copy->postgres_ =
          std::make_unique<PostgresTestDatabase>(*postgres_, PostgresTestDatabase::Kind::kMigrated);
    }
    return copy;
  }

  ~TestDatabase() {
    std::error_code ignored;
    for (const char* suffix : {"", "-wal", "-shm"}) {
      if (is_owned_) std::filesystem::remove(file_ + suffix, ignored);
    }
  }

 private:
  TestDatabase() = default;
  bool is_owned_ = false;  // the file, which lies in no folder of the test
  std::string file_;
  std::unique_ptr<PostgresTestDatabase> postgres_;
};

}  // namespace muster::test
