// SPDX-License-Identifier: Apache-2.0
// Queries that must not get slower with the number of installed packages: their plans, on the
// schema as it is.
#include <catch2/catch.hpp>

#include "server/query/sql_builder.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

constexpr std::int64_t kStart = 1'780'000'000'000;

bool is_sqlite(StoreFixture& fixture) {
  return fixture.store().database().name() == "sqlite";
}

std::string plan_of(StoreFixture& fixture, std::string_view query, const store::ReadPoint& point) {
  const bool sqlite = is_sqlite(fixture);
  return fixture.read([&](store::Transaction& transaction) {
    // Tables of one row are read whole by any planner with sense.
    if (!sqlite) transaction.execute("SET LOCAL enable_seqscan = off");
    const query::ItemFilter filter = query::build_filter(transaction, query, point, {});
    std::string out;
    transaction.query(std::string(sqlite ? "EXPLAIN QUERY PLAN" : "EXPLAIN") +
                          " SELECT i.item_id FROM items i WHERE " + filter.matches,
                      filter.values, [&](const store::ResultRow& row) {
                        out += std::string(row.text(sqlite ? 3 : 0)) + '\n';
                      });
    return out;
  });
}

TEST_CASE("a package by name is found through indexes from its content to its items", "[query]") {
  StoreFixture f;
  const auto [item, agent] = f.add_machine(kStart);
  f.set_status(agent, "packages", "ok", kStart);
  f.add_row(agent, "packages", {{"manager", "dpkg"}, {"name", "openssl"}, {"version", "3.0.8-1"}},
            kStart);
  for (const char* query : {"packages.name:openssl", "packages.name=openssl",
                            "packages.name:openssl packages.version<3.0.9",
                            "packages.name:openssl AND NOT owner:novak"}) {
    for (const store::ReadPoint& point : {f.now(), f.at(kStart + 1)}) {
      const std::string plan = plan_of(f, query, point);
      INFO(query << '\n' << plan);
      CHECK(plan.find("SCAN r") == std::string::npos);
      CHECK(plan.find("SCAN c") == std::string::npos);
      CHECK(plan.find("Seq Scan on section_packages") == std::string::npos);
      // The merged part of the index, the rows that are not in it yet, and from both to the rows.
      // Which index of the rows PostgreSQL takes depends on what it counted, of which there is
      // nothing here; that it comes from the content does not.
      const std::vector<const char*> steps =
          is_sqlite(f) ? std::vector{"SEARCH x USING PRIMARY KEY (content_id=?)",
                                     "SEARCH p USING INTEGER PRIMARY KEY (rowid>?)",
                                     "SEARCH r USING INTEGER PRIMARY KEY (rowid=?)"}
                       : std::vector{"section_packages_by_content", "section_packages_content"};
      for (const char* step : steps)
        CHECK(plan.find(step) != std::string::npos);
    }
  }
}

TEST_CASE("an item is found by its number without a look at others", "[query]") {
  StoreFixture f;
  f.add_machine(kStart);
  const std::string plan = plan_of(f, "id:1", f.now());
  INFO(plan);
  CHECK(plan.find(is_sqlite(f) ? "SEARCH i USING INTEGER PRIMARY KEY" : "items_pkey") !=
        std::string::npos);
}

}  // namespace
}  // namespace muster::server
