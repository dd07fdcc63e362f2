// SPDX-License-Identifier: Apache-2.0
#include "server/cmdb/items.h"

#include <catch2/catch.hpp>

#include "server/error.h"
#include "server/people/audit.h"
#include "tests/support/store/temporary_store.h"

namespace muster::server {
namespace {

const people::Actor kAna{"ana", "192.0.2.7", "r1"};

struct EditedItem {
  void edit(const cmdb::AttributeEdits& edits, std::int64_t version) {
    store->write([&](store::Transaction& transaction) {
      cmdb::edit_item(transaction, item, version, edits, kAna, store.now());
    });
  }
  void set_archived(bool archived) {
    store->write([&](store::Transaction& transaction) {
      cmdb::set_archived(transaction, item, archived, kAna, store.now());
    });
  }
  // "item.create {...}", oldest first.
  std::vector<std::string> audited() {
    std::vector<std::string> out;
    store->read([&](store::Transaction& transaction) {
      const people::AuditPage page =
          people::list_audit(transaction, {.objects = {"item/" + std::to_string(item)}});
      for (const people::AuditRecord& record : page.records) {
        CHECK(record.entry.actor.name == "ana");
        CHECK(record.entry.actor.address == "192.0.2.7");
        CHECK(record.entry.actor.request_id == "r1");
        CHECK(record.entry.at == store.now());
        out.insert(out.begin(), record.entry.action + ' ' + record.entry.detail);
      }
    });
    return out;
  }

  TemporaryStore store;
  std::int64_t item = store->write_value<std::int64_t>([&](store::Transaction& transaction) {
    return cmdb::create_item(transaction, {{"name", "printer"}, {"note", std::nullopt}}, kAna,
                             store.now());
  });
};

}  // namespace

TEST_CASE("what people do to an item is audited with it", "[items]") {
  EditedItem world;
  std::vector<std::string> expected = {R"(item.create {"name":"printer","note":null})"};
  CHECK(world.audited() == expected);

  world.edit({{"name", "printer-2"}, {"owner", "bor"}, {"note", std::nullopt}}, 1);
  expected.emplace_back(R"(item.edit {"name":{"before":"printer","after":"printer-2"},)"
                        R"("note":{},"owner":{"after":"bor"}})");
  CHECK(world.audited() == expected);

  // What was refused or is so already is no edit.
  CHECK_THROWS_AS(world.edit({{"owner", "ana"}}, 1), Error);
  world.set_archived(false);
  CHECK(world.audited() == expected);
  world.set_archived(true);
  world.set_archived(true);
  world.set_archived(false);
  expected.insert(expected.end(), {"item.archive {}", "item.unarchive {}"});
  CHECK(world.audited() == expected);
}

TEST_CASE("a purge is audited, and clears what was audited of the item", "[items]") {
  EditedItem world;
  world.edit({{"owner", "bor"}}, 1);
  world.store->write([&](store::Transaction& transaction) {
    cmdb::purge_item(transaction, world.item, kAna, world.store.now());
  });
  CHECK(world.audited() ==
        std::vector<std::string>{"item.create {}", "item.edit {}", "item.purge {}"});
}

}  // namespace muster::server
