// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>
#include <thread>

#include "server/facts/section_tables.h"
#include "server/store/migrations.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

std::int64_t count_users(store::Store& store) {
  return store.read_value<std::int64_t>([](store::Transaction& transaction) {
    return transaction.find_integer("SELECT COUNT(*) FROM users").value_or(-1);
  });
}

void add_user(store::Transaction& transaction, const std::string& name) {
  transaction.execute(
      "INSERT INTO users (name, role, password_hash, created_at) VALUES (?1, 'viewer', 'x', 0)",
      {name});
}

store::StoreErrorKind kind_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const store::StoreError& error) {
    return error.kind;
  }
  FAIL("nothing was thrown");
  return store::StoreErrorKind::kOther;
}

}  // namespace

TEST_CASE("writes of many threads are all there, and share commits", "[store][thread]") {
  StoreFixture f;
  constexpr int kThreads = 8;
  constexpr int kWrites = 50;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kWrites; ++i) {
        f.store().write([&](store::Transaction& transaction) {
          add_user(transaction, "user-" + std::to_string(t * 1000 + i));
        });
      }
    });
  }
  std::atomic<bool> stop{false};
  std::thread reader([&] {
    std::int64_t last = 0;
    while (!stop) {
      const std::int64_t now = count_users(f.store());
      if (now < last) stop = true;  // a snapshot never goes back
      last = now;
    }
  });
  for (std::thread& thread : threads)
    thread.join();
  CHECK_FALSE(stop);
  stop = true;
  reader.join();
  CHECK(count_users(f.store()) == kThreads * kWrites);
  const store::StoreCounters counters = f.store().counters();
  CHECK(counters.writes == kThreads * kWrites);
  CHECK(counters.commits <= counters.writes);
}

TEST_CASE("one bad write fails alone, whatever was committed with it", "[store][thread]") {
  StoreFixture f;
  f.store().write([](store::Transaction& transaction) { add_user(transaction, "taken"); });
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 16; ++t) {
    threads.emplace_back([&, t] {
      try {
        f.store().write([&](store::Transaction& transaction) {
          add_user(transaction, t % 4 == 0 ? "taken" : "user-" + std::to_string(t));
        });
      } catch (const store::StoreError& error) {
        if (error.kind == store::StoreErrorKind::kConflict) ++refused;
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(refused == 4);
  CHECK(count_users(f.store()) == 13);
}

TEST_CASE("many rows at a time are the rows one by one, in their order", "[store]") {
  StoreFixture f;
  std::vector<store::Transaction::Values> rows;
  for (int i = 0; i < 40; ++i)
    rows.push_back(
        {"user-" + std::to_string(i), "viewer", "x", i % 3 == 0 ? store::SqlValue() : i});
  constexpr std::string_view kInsert =
      "INSERT INTO users (name, role, password_hash, disabled_at, created_at) VALUES (?1, ?2, ?3, "
      "?4, 7)";
  constexpr std::string_view kPlain =
      "INSERT INTO users (name, role, created_at, disabled_at, password_hash) VALUES (?1, ?2, ?3, "
      "?4, ?5)";
  constexpr std::string_view kRename = "UPDATE users SET name = ?1 WHERE name = ?2";
  const auto seen = [&] {
    std::string out;
    f.store().read([&](store::Transaction& transaction) {
      transaction.query("SELECT name, created_at, disabled_at FROM users ORDER BY user_id", {},
                        [&](const store::ResultRow& row) {
                          out += std::string(row.text(0)) + ' ' + std::to_string(row.integer(1)) +
                                 ' ' + std::to_string(row.optional_integer(2).value_or(-1)) + '\n';
                        });
    });
    return out;
  };
  std::string expected;
  f.store().write(
      [&](store::Transaction& transaction) { transaction.execute_many(kInsert, rows); });
  for (int i = 0; i < 40; ++i) {
    expected += "user-" + std::to_string(i) + " 7 " + std::to_string(i % 3 == 0 ? -1 : i) + '\n';
  }
  CHECK(seen() == expected);

  rows.clear();
  for (int i = 0; i < 33; ++i)
    rows.push_back({"other-" + std::to_string(i), "viewer", i, store::SqlValue(), "x"});
  f.store().write([&](store::Transaction& transaction) { transaction.execute_many(kPlain, rows); });
  for (int i = 0; i < 33; ++i)
    expected += "other-" + std::to_string(i) + ' ' + std::to_string(i) + " -1\n";
  CHECK(seen() == expected);

  // Names are unique: one row of the many that may not be leaves none.
  rows[20][0] = "user-1";
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i != 20) rows[i][0] = "third-" + std::to_string(i);
  }
  CHECK(kind_of([&] {
          f.store().write(
              [&](store::Transaction& transaction) { transaction.execute_many(kPlain, rows); });
        }) == store::StoreErrorKind::kConflict);
  CHECK(seen() == expected);

  rows.clear();
  for (int i = 0; i < 20; ++i)
    rows.push_back({"renamed-" + std::to_string(i), "user-" + std::to_string(i)});
  f.store().write(
      [&](store::Transaction& transaction) { transaction.execute_many(kRename, rows); });
  CHECK(seen().starts_with("renamed-0 7 -1\nrenamed-1 7 1\n"));
  CHECK(kind_of([&] {
          f.store().write([&](store::Transaction& transaction) {
            transaction.execute_many(kPlain, {40, {"too few"}});
          });
        }) == store::StoreErrorKind::kOther);
}

TEST_CASE("work that throws leaves nothing behind", "[store]") {
  StoreFixture f;
  CHECK_THROWS_AS(f.store().write([](store::Transaction& transaction) {
    add_user(transaction, "ghost");
    throw std::runtime_error("changed our mind");
  }),
                  std::runtime_error);
  CHECK(count_users(f.store()) == 0);
}

TEST_CASE("what was written is there after the store is opened again", "[store]") {
  StoreFixture f;
  f.store().write([](store::Transaction& transaction) { add_user(transaction, "ana"); });
  f.close();
  CHECK(count_users(*f.open_again()) == 1);
}

TEST_CASE("a reader cannot write, and its statements are stopped in time", "[store]") {
  StoreFixture f;
  CHECK_THROWS_AS(
      f.store().read([](store::Transaction& transaction) { add_user(transaction, "nobody"); }),
      store::StoreError);
  const auto impatient = f.open_again({.read_statement_limit_ms = 100});
  CHECK(
      kind_of([&] {
        impatient->read([](store::Transaction& transaction) {
          transaction.find_integer(
              "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000000) "
              "SELECT COUNT(*) FROM n");
        });
      }) == store::StoreErrorKind::kInterrupted);
  // The session that was stopped is not used again, and the store goes on.
  CHECK(count_users(*impatient) == 0);
}

TEST_CASE("NULL is never read as a number or a text", "[store]") {
  StoreFixture f;
  f.store().write([](store::Transaction& transaction) { add_user(transaction, "ana"); });
  f.store().read([](store::Transaction& transaction) {
    transaction.query("SELECT email, disabled_at FROM users", {}, [](const store::ResultRow& row) {
      CHECK(row.is_null(0));
      CHECK_THROWS_AS(row.text(0), store::StoreError);
      CHECK_FALSE(row.optional_integer(1).has_value());
    });
  });
  CHECK(f.store().read_value<std::optional<std::string>>([](store::Transaction& transaction) {
    return transaction.find_text("SELECT email FROM users");
  }) == std::nullopt);
}

TEST_CASE("a backup taken while writing is a whole database", "[store][thread][sqlite]") {
  StoreFixture f;
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (int i = 0; !stop; ++i) {
      // Two rows a transaction: a backup never holds one without the other.
      f.store().write([&](store::Transaction& transaction) {
        add_user(transaction, "a" + std::to_string(i));
        add_user(transaction, "b" + std::to_string(i));
      });
    }
  });
  while (count_users(f.store()) < 20)
    std::this_thread::yield();
  const std::string copy = f.file() + ".copy";
  f.store().database().backup(copy);
  stop = true;
  writer.join();
  store::Store restored(store::open_sqlite(copy, false), facts::with_section_tables(), f.clock);
  CHECK(count_users(restored) >= 20);
  CHECK(count_users(restored) % 2 == 0);
  restored.read([](store::Transaction& transaction) {
    CHECK(transaction.find_text("PRAGMA integrity_check") == "ok");
  });
}

TEST_CASE("a database of a newer version is refused and not touched", "[store][migrations]") {
  StoreFixture f;
  f.store().write([](store::Transaction& transaction) {
    transaction.execute(
        "INSERT INTO schema_migrations (number, name, sha256, applied_at) VALUES (9999, "
        "'future', 'x', 0)");
  });
  std::string message;
  try {
    f.open_again();
  } catch (const store::StoreError& error) {
    message = error.what();
  }
  CHECK(message.find("newer muster-server") != std::string::npos);
}

TEST_CASE("a migration whose text was changed is refused", "[store][migrations]") {
  StoreFixture f;
  f.store().write([](store::Transaction& transaction) {
    transaction.execute("UPDATE schema_migrations SET sha256 = 'other' WHERE number = 1");
  });
  CHECK_THROWS_AS(f.open_again(), store::StoreError);
}

TEST_CASE("migrations are numbered 1 to n without a gap", "[store][migrations]") {
  int expected = 1;
  for (const store::Migration& migration : store::migrations())
    CHECK(migration.number == expected++);
}

TEST_CASE("a field that a newer declaration adds gets its column, and old rows keep their values",
          "[store][migrations]") {
  StoreFixture f;
  f.store().write([](store::Transaction& transaction) {
    transaction.run_script(
        "DROP VIEW inventory_memory; ALTER TABLE section_memory DROP COLUMN slots");
    transaction.execute(
        "INSERT INTO section_memory (source_record, row_key, row_hash, since, opened_by, "
        "total_bytes) "
        "VALUES (1, 1, ?1, 0, 1, 4096)",
        {store::Blob{"0123456789abcdef"}});
  });
  f.open_again()->read([](store::Transaction& transaction) {
    CHECK(transaction.find_integer(
              "SELECT total_bytes FROM inventory_memory WHERE slots IS NULL") == 4096);
  });
}

TEST_CASE("every section has its table and its view", "[store]") {
  StoreFixture f;
  f.store().read([](store::Transaction& transaction) {
    for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
      INFO(std::string(schema.name));
      CHECK(transaction.find_integer("SELECT COUNT(*) FROM " + facts::section_table(schema)) == 0);
      CHECK(transaction.find_integer("SELECT COUNT(*) FROM inventory_" +
                                     std::string(schema.name)) == 0);
    }
  });
}

}  // namespace muster::server
