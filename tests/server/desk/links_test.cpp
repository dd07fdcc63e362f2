// SPDX-License-Identifier: Apache-2.0
#include "server/desk/links.h"

#include <catch2/catch.hpp>

#include "server/cmdb/items.h"
#include "tests/server/desk/desk_support.h"
#include "tests/support/store/counting_transaction.h"

namespace muster::server {
namespace {

struct LinkFixture : DeskFixture {
  std::int64_t add_item(const std::string& name, std::optional<std::string> owner = {}) {
    return store->write_value<std::int64_t>([&](store::Transaction& transaction) {
      cmdb::AttributeEdits attributes{{"name", name}};
      if (owner) attributes["owner"] = owner;
      return cmdb::create_item(transaction, attributes, {"setup"}, store.now());
    });
  }
};

TEST_CASE("an item is linked once with a role and a reason, and unlinked again", "[desk]") {
  LinkFixture desk;
  const desk::Ticket ticket = desk.create(desk.technician, {.title = "t"});
  const std::int64_t item = desk.add_item("mail-1");
  const desk::Link made =
      desk.link(desk.technician, ticket, item, desk::LinkRole::kCause, "disk is full");
  CHECK(made.item_name == "mail-1");
  CHECK(made.linked_by == "tone");
  try {
    desk.link(desk.technician, ticket, item, desk::LinkRole::kAffected);
    FAIL("linked twice");
  } catch (const Error& error) {
    CHECK(error.code == "already_linked");
    CHECK(error.status == Status::kConflict);
    REQUIRE(error.extra.size() == 1);
    CHECK(error.extra[0] == Error::Extra{"link_id", made.id});
  }
  const auto links = desk.links(desk.viewer, ticket);
  REQUIRE(links.size() == 1);
  CHECK(links[0].role == desk::LinkRole::kCause);
  CHECK(links[0].reason == "disk is full");

  desk.unlink(desk.technician, ticket, made.id);
  CHECK(desk.links(desk.viewer, ticket).empty());
  CHECK(code_of([&] { desk.unlink(desk.technician, ticket, made.id); }) == "link_not_found");
  CHECK(desk.link(desk.technician, ticket, item).id != made.id);

  std::vector<std::string> events;
  for (const desk::Note& note : desk.notes(desk.technician, ticket))
    events.push_back(note.text);
  CHECK(events == std::vector<std::string>{"created", "linked mail-1 as cause", "unlinked mail-1",
                                           "linked mail-1 as affected"});
}

TEST_CASE("only what is there can be linked", "[desk]") {
  LinkFixture desk;
  const desk::Ticket ticket = desk.create(desk.technician, {.title = "t"});
  const std::int64_t item = desk.add_item("mail-1");
  CHECK(code_of([&] { desk.link(desk.technician, ticket, item + 1); }) == "item_not_found");
  desk::Ticket missing = ticket;
  missing.id = 999;
  CHECK(code_of([&] { desk.link(desk.technician, missing, item); }) == "ticket_not_found");
  CHECK(code_of([&] {
          desk.link(desk.technician, ticket, item, desk::LinkRole::kRelated,
                    std::string(1001, 'x'));
        }) == "invalid_value");
  const desk::Ticket other = desk.create(desk.technician, {.title = "other"});
  const desk::Link made = desk.link(desk.technician, other, item);
  CHECK(code_of([&] { desk.unlink(desk.technician, ticket, made.id); }) == "link_not_found");
}

TEST_CASE("a requester links devices of their own to tickets of their own, and nothing else",
          "[desk]") {
  LinkFixture desk;
  const std::int64_t own = desk.add_item("laptop-7", "rena");
  const std::int64_t server = desk.add_item("mail-1");
  const desk::Ticket mine = desk.create(desk.requester, {.title = "t"});
  const desk::Ticket other = desk.create(desk.technician, {.title = "t"});
  const auto code = [&](const desk::Ticket& ticket, std::int64_t item, desk::LinkRole role) {
    return code_of([&] { desk.link(desk.requester, ticket, item, role); });
  };
  CHECK(code(mine, server, desk::LinkRole::kAffected) == "forbidden");
  CHECK(code(mine, own, desk::LinkRole::kCause) == "forbidden");
  CHECK(code(other, own, desk::LinkRole::kAffected) == "ticket_not_found");
  CHECK(code(mine, own, desk::LinkRole::kAffected).empty());
  desk.link(desk.technician, mine, server, desk::LinkRole::kCause);
  CHECK(desk.links(desk.technician, mine).size() == 2);
  const auto seen = desk.links(desk.requester, mine);
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].item_id == own);
  CHECK(code_of([&] { desk.unlink(desk.requester, mine, seen[0].id); }) == "forbidden");
  CHECK(code_of([&] { desk.link(desk.viewer, other, server); }) == "forbidden");
}

TEST_CASE("an item without a name is called by its host name, else by its number", "[desk]") {
  LinkFixture desk;
  const Instant now = desk.store.now();
  const auto [named, record] = desk.store.fixture.add_machine(now.ms);
  desk.store.fixture.set_status(record, "os", "ok", now.ms);
  desk.store.fixture.add_row(record, "os", {{"hostname", "web-3"}}, now.ms);
  const std::int64_t bare = desk.store.fixture.add_machine(now.ms).first;
  desk.store->read([&, named_item = named](store::Transaction& transaction) {
    CHECK(desk::item_name(transaction, now, named_item) == "web-3");
    CHECK(desk::item_name(transaction, now, bare) == "item " + std::to_string(bare));
    CHECK(desk::item_names(transaction, now, {bare, named_item}) ==
          std::vector<std::string>{"item " + std::to_string(bare), "web-3"});
    CHECK(desk::item_names(transaction, now, {}).empty());
  });
}

TEST_CASE("the links of a ticket cost as many calls to the database whether one or twenty",
          "[desk]") {
  LinkFixture desk;
  const desk::Ticket ticket = desk.create(desk.technician, {.title = "t"});
  const auto calls = [&] {
    return desk.store->read_value<int>([&](store::Transaction& transaction) {
      CountingTransaction counting(transaction);
      static_cast<void>(desk::list_links(counting, desk.store.now(), desk.technician, ticket.id));
      return counting.calls();
    });
  };
  desk.link(desk.technician, ticket, desk.add_item("mail-1"));
  const int of_one = calls();
  for (int i = 2; i <= 20; ++i)
    desk.link(desk.technician, ticket, desk.add_item("mail-" + std::to_string(i)));
  CHECK(calls() == of_one);
  const auto links = desk.links(desk.technician, ticket);
  REQUIRE(links.size() == 20);
  for (std::size_t i = 0; i < links.size(); ++i)
    CHECK(links[i].item_name == "mail-" + std::to_string(i + 1));
}

TEST_CASE("role names are read back, and others are none", "[desk]") {
  for (const std::string_view name : desk::kLinkRoleNames)
    CHECK(desk::to_string(*desk::parse_link_role(name)) == name);
  CHECK_FALSE(desk::parse_link_role("Cause"));
}

}  // namespace
}  // namespace muster::server
