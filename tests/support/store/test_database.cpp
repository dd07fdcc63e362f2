// SPDX-License-Identifier: Apache-2.0
#include "tests/support/store/test_database.h"

#include <filesystem>
#include <optional>
#include <stdexcept>
#include <utility>

#include "common/inventory/schema.h"
#include "common/support/clock.h"
#include "common/support/digest.h"
#include "server/facts/section_tables.h"
#include "server/store/migrations.h"
#include "server/store/postgres.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"
#include "tests/support/shared_folder.h"

namespace muster::test {
namespace {

// Depends on the migrations and sections: a template of an earlier build may still be there.
std::string template_name() {
  std::string texts;
  for (const server::store::Migration& migration : server::store::migrations())
    texts += migration.sql;
  for (const inventory::SectionSchema& section : inventory::section_schemas())
    texts += server::facts::section_ddl(section);
  return "muster_template_" + sha256_hex(texts).substr(0, 12);
}

void make_template(const std::string& name) {
  const PostgresCluster& postgres = shared_postgres();
  if (!postgres.query("SELECT 1 FROM pg_database WHERE datname = '" + name + "'").empty()) return;
  const std::string unfinished = new_postgres_database();
  {
    const SystemClock clock;
    const server::store::Store migrated(open_postgres_for_test(postgres.connection(unfinished)),
                                        server::facts::with_section_tables(), clock);
  }
  postgres.query("ALTER DATABASE " + unfinished + " RENAME TO " + name);
}

const std::string& migrated_template() {
  static const std::string kName = [] {
    const std::string name = template_name();
    const auto shared = shared_folder();
    std::optional<FileLock> lock;
    if (shared) lock.emplace(*shared / (name + ".lock"), FileLock::Mode::kExclusive);
    make_template(name);
    return name;
  }();
  return kName;
}

}  // namespace

std::unique_ptr<server::store::Database> open_postgres_for_test(const std::string& connection) {
  return server::store::open_postgres({.connection = connection, .accept_no_fsync = true});
}

PostgresTestDatabase::PostgresTestDatabase(Kind kind)
    : name_(kind == Kind::kEmpty ? new_postgres_database()
                                 : new_postgres_database(migrated_template())) {}

PostgresTestDatabase::PostgresTestDatabase(const PostgresTestDatabase& other, Kind)
    : name_(other.name_ + "_copy") {
  shared_postgres().copy_database(other.name_, name_);
}

PostgresTestDatabase::~PostgresTestDatabase() {
  try {
    drop_postgres_database(name_);
  } catch (const std::exception&) {
    // It goes with the server's folder at the latest.
  }
}

TestDatabase::TestDatabase(std::string file) : file_(std::move(file)) {
  if (tests_run_on_postgres()) postgres_ = std::make_unique<PostgresTestDatabase>();
}

TestDatabase::~TestDatabase() {
  std::error_code ignored;
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (is_owned_) std::filesystem::remove(file_ + suffix, ignored);
  }
}

std::unique_ptr<server::store::Database> TestDatabase::open() const {
  if (postgres_ != nullptr) return open_postgres_for_test(postgres_->connection());
  return server::store::open_sqlite(file_, true);
}

std::unique_ptr<TestDatabase> TestDatabase::backup() const {
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

}  // namespace muster::test
