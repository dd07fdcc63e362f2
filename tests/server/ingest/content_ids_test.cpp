// SPDX-License-Identifier: Apache-2.0
#include "server/ingest/content_ids.h"

#include <catch2/catch.hpp>

#include "common/inventory/sections/packages.h"
#include "server/ingest/section_sql.h"
#include "tests/support/store/store_fixture.h"

namespace muster::server {
namespace {

const inventory::SectionSchema& packages() {
  return *inventory::find_section("packages");
}

ingest::DecodedRow row_of(const std::string& name) {
  inventory::Package package;
  package.manager = "dpkg";
  package.name = name;
  package.architecture = "amd64";
  package.version = "1";
  ingest::DecodedRow row;
  row.row = inventory::to_row(package);
  row.content_hash = ingest::content_hash(packages(), row.row);
  return row;
}

struct ContentWorld {
  StoreFixture base;
  ingest::ContentIds ids;

  std::int64_t find(store::Transaction& transaction, const ingest::DecodedRow& row,
                    ingest::ContentsUsed& used) {
    return ids.find_or_store(transaction, packages(), {&row}, used).front();
  }
  // In a work of its own that is committed, as Ingest does it.
  std::int64_t commit(const ingest::DecodedRow& row) {
    ingest::ContentsUsed used;
    std::int64_t id = 0;
    base.store().write([&](store::Transaction& transaction) { id = find(transaction, row, used); });
    ids.committed(used);
    return id;
  }
  std::string name_of(std::int64_t id) {
    return base.read([&](store::Transaction& transaction) {
      return transaction
          .find_text("SELECT name FROM section_packages_content WHERE content_id = ?1", {id})
          .value_or("");
    });
  }
};

}  // namespace

TEST_CASE("a content has one number, however often it is brought", "[ingest]") {
  ContentWorld world;
  const ingest::DecodedRow openssl = row_of("openssl"), bash = row_of("bash");
  const std::int64_t id = world.commit(openssl);
  CHECK(world.name_of(id) == "openssl");
  CHECK(world.commit(bash) != id);
  for (int i = 0; i < 3; ++i)
    CHECK(world.commit(openssl) == id);
  ingest::ContentsUsed used;
  world.base.store().write([&](store::Transaction& transaction) {
    const auto found =
        world.ids.find_or_store(transaction, packages(), {&openssl, &bash, &openssl}, used);
    CHECK(found[0] == id);
    CHECK(found[2] == id);
  });
}

TEST_CASE("the numbers of a transaction that was rolled back are not remembered", "[ingest]") {
  ContentWorld world;
  world.commit(row_of("bash"));
  const ingest::DecodedRow lost = row_of("lost"), other = row_of("other");
  ingest::ContentsUsed used;
  std::int64_t lost_id = 0;
  CHECK_THROWS(world.base.store().write([&](store::Transaction& transaction) {
    lost_id = world.find(transaction, lost, used);
    CHECK(world.find(transaction, lost, used) == lost_id);  // read again within the transaction
    throw std::runtime_error("the batch fails");
  }));
  // SQLite gives the number to the next content.
  CHECK(world.name_of(world.commit(other)) == "other");
  CHECK(world.name_of(world.commit(other)) == "other");
  CHECK(world.name_of(world.commit(lost)) == "lost");
  CHECK(world.name_of(world.commit(lost)) == "lost");
}

TEST_CASE("what is remembered is bounded, and nothing depends on it", "[ingest]") {
  StoreFixture base;
  ingest::ContentIds ids(3);
  std::map<std::string, std::int64_t> first;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 10; ++i) {
      const std::string name = "package-" + std::to_string(i);
      const ingest::DecodedRow row = row_of(name);
      ingest::ContentsUsed used;
      base.store().write([&](store::Transaction& transaction) {
        const std::int64_t id = ids.find_or_store(transaction, packages(), {&row}, used).front();
        CHECK(first.emplace(name, id).first->second == id);
      });
      ids.committed(used);
    }
  }
}

TEST_CASE("a report of more new contents than one look takes stores each once", "[ingest]") {
  ContentWorld world;
  std::vector<ingest::DecodedRow> rows;
  for (int i = 0; i < 100; ++i)
    rows.push_back(row_of("package-" + std::to_string(i)));
  std::vector<const ingest::DecodedRow*> pointers;
  for (const ingest::DecodedRow& row : rows)
    pointers.push_back(&row);
  ingest::ContentsUsed used;
  std::vector<std::int64_t> found;
  world.base.store().write([&](store::Transaction& transaction) {
    found = world.ids.find_or_store(transaction, packages(), pointers, used);
  });
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(world.name_of(found[i]) == "package-" + std::to_string(i));
  CHECK(used.largest.at("packages") == *std::max_element(found.begin(), found.end()));
}

TEST_CASE("a number is not remembered over a connection that is made anew", "[ingest]") {
  // As after a failover to a replica that had not received the content.
  ContentWorld world;
  const ingest::DecodedRow openssl = row_of("openssl"), bash = row_of("bash");
  world.commit(bash);
  ingest::ContentsUsed of_before;
  world.base.store().write(
      [&](store::Transaction& transaction) { world.find(transaction, openssl, of_before); });
  world.ids.committed(of_before);
  world.commit(openssl);
  world.base.store().write([](store::Transaction& transaction) {
    transaction.execute("DELETE FROM section_packages_content");
  });
  const auto connection = world.base.store().database().connect(false, 0);
  connection->begin(true);
  ingest::ContentsUsed used;
  const std::int64_t id = world.find(*connection, openssl, used);
  world.ids.committed(of_before);  // somebody was slow to say so
  CHECK(connection->find_text("SELECT name FROM section_packages_content WHERE content_id = ?1",
                              {id}) == "openssl");
  connection->rollback();
  CHECK(world.name_of(world.commit(openssl)) == "openssl");
}

}  // namespace muster::server
