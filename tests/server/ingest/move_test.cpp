// SPDX-License-Identifier: Apache-2.0
// A store that is moved to PostgreSQL answers every question as before, about now and the past.
#include "server/store/move.h"
#include "server/facts/section_tables.h"

#include <catch2/catch.hpp>
#include "server/cmdb/items.h"
#include "server/installation/check_invariants.h"
#include "tests/server/ingest/history_world.h"
#include "tests/support/store/test_database.h"

namespace muster::server {
namespace {

using Kind = test::PostgresTestDatabase::Kind;

std::vector<store::MovedTable> move_all(store::Store& from_store, store::Store& to_store) {
  const auto from = from_store.database().connect(true, 0);
  const auto to = to_store.database().connect(false, 0);
  from->begin(false);
  to->begin(true);
  auto moved = store::move_tables(from_store.database(), *from, to_store.database(), *to,
                                  [](const store::MovedTable&) {});
  to->commit();
  from->commit();
  return moved;
}

}  // namespace

TEST_CASE("a history moved to PostgreSQL answers as it did", "[history][sqlite]") {
  World world(11, World::Delivery::kLate);
  world.run(60);
  const SettableClock clock;
  const test::PostgresTestDatabase database(Kind::kEmpty);
  store::Store moved(test::open_postgres_for_test(database.connection()),
                     facts::with_section_tables(), clock);
  const std::vector<store::MovedTable> tables = move_all(world.store(), moved);
  CHECK(std::any_of(tables.begin(), tables.end(), [](const store::MovedTable& table) {
    return table.name == "section_packages" && table.rows > 10;
  }));

  const auto answer = [&](store::Store& store, std::optional<Instant> at,
                          std::optional<Instant> known) {
    return store.read_value<std::string>([&](store::Transaction& transaction) {
      return World::answers(transaction, store::read_point(transaction, at, known, world.now()));
    });
  };
  CHECK(first_difference(answer(world.store(), {}, {}), answer(moved, {}, {})) == "");
  for (const auto& [moment, kept] : world.kept()) {
    const Instant at{moment};
    INFO("at " << at.ms);
    CHECK(first_difference(answer(world.store(), at, {}), answer(moved, at, {})) == "");
    CHECK(first_difference(kept, answer(moved, at, at)) == "");
  }
  moved.read([](store::Transaction& transaction) {
    for (const store::InvariantCheck& check : installation::check_invariants(transaction)) {
      INFO(check.what << ' ' << check.first);
      CHECK(check.ok());
    }
  });

  // Numbers go on behind those that were given.
  const auto add = [&](store::Store& store) {
    return store.write_value<std::int64_t>([&](store::Transaction& transaction) {
      return cmdb::create_item(transaction, {{"name", "new"}}, {"ana"}, world.now());
    });
  };
  CHECK(add(moved) == add(world.store()));
}

TEST_CASE("a store is moved only into an empty one", "[history][sqlite]") {
  StoreFixture source;
  source.add_item(1);
  const test::PostgresTestDatabase database(Kind::kEmpty);
  store::Store target(test::open_postgres_for_test(database.connection()),
                      facts::with_section_tables(), source.clock);
  move_all(source.store(), target);
  CHECK_THROWS_AS(move_all(source.store(), target), store::StoreError);
  CHECK(target.read_value<std::int64_t>([](store::Transaction& transaction) {
    return transaction.find_integer("SELECT COUNT(*) FROM items").value();
  }) == 1);
}

}  // namespace muster::server
