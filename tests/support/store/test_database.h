// SPDX-License-Identifier: Apache-2.0
// An empty database of Muster for one test, on the store that MUSTER_TEST_STORE names: "sqlite"
// (the default), a file in a temporary folder; "postgresql", a database made from a template that
// was migrated once, on the PostgreSQL that all tests share.
#pragma once
#include <memory>
#include <string>

#include "server/store/database.h"
#include "tests/support/shared_postgres.h"

namespace muster::test {

std::unique_ptr<server::store::Database> open_postgres_for_test(const std::string& connection);

// A database on the shared server; dropped with the object.
class PostgresTestDatabase {
 public:
  enum class Kind { kMigrated, kEmpty };
  explicit PostgresTestDatabase(Kind kind = Kind::kMigrated);
  // A copy of another one, as a restored backup is.
  PostgresTestDatabase(const PostgresTestDatabase& other, Kind);
  ~PostgresTestDatabase();
  PostgresTestDatabase(const PostgresTestDatabase&) = delete;
  PostgresTestDatabase& operator=(const PostgresTestDatabase&) = delete;

  std::string connection() const { return shared_postgres().connection(name_); }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
};

class TestDatabase {
 public:
  // `file` is where the database goes on SQLite.
  explicit TestDatabase(std::string file);
  ~TestDatabase();
  TestDatabase(const TestDatabase&) = delete;
  TestDatabase& operator=(const TestDatabase&) = delete;

  // Any number of times: the same database each time.
  std::unique_ptr<server::store::Database> open() const;
  const std::string& file() const { return file_; }

  // A backup of this moment, as a database of its own.
  std::unique_ptr<TestDatabase> backup() const;

 private:
  TestDatabase() = default;
  bool is_owned_ = false;  // the file, which lies in no folder of the test
  std::string file_;
  std::unique_ptr<PostgresTestDatabase> postgres_;
};

}  // namespace muster::test
