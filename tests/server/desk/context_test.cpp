// SPDX-License-Identifier: Apache-2.0
#include "server/desk/context.h"

#include <catch2/catch.hpp>

#include "tests/server/desk/desk_support.h"

namespace muster::server {
namespace {

struct ContextFixture : DeskFixture {
  // A package that a report of `at` showed for the first time, the look before being `not_before`.
  void install(std::int64_t record, const std::string& name, Instant at, Instant not_before) {
    const std::int64_t row = store.fixture.add_row(
        record, "packages",
        {{"manager", "dpkg"}, {"name", name}, {"architecture", "amd64"}, {"version", "1.0"}},
        at.ms);
    store->write([&](store::Transaction& transaction) {
      transaction.execute(
          "UPDATE section_packages SET open_reason = NULL, not_before = ?2 WHERE row_id = ?1",
          {row, not_before.ms});
    });
  }
  std::vector<std::string> labels(const desk::Ticket& ticket, int hours) {
    const auto context =
        store->read_value<desk::TicketContext>([&](store::Transaction& transaction) {
          return desk::ticket_context(transaction, store.now(), viewer, ticket.id, hours, false);
        });
    std::vector<std::string> out;
    for (const desk::ContextChange& change : context.changes) {
      out.push_back(change.item_name + ": " + change.change.sentence +
                    (change.seen_afterwards ? " (seen afterwards)" : ""));
    }
    return out;
  }
};

TEST_CASE("a ticket shows what changed on its machines before the trouble began", "[desk]") {
  ContextFixture desk;
  const Instant began = desk.store.now();
  const auto ago = [&](std::int64_t hours) { return began - hours * kHourMs; };
  const auto [mail, mail_record] = desk.store.fixture.add_machine(ago(200).ms);
  const auto [web, web_record] = desk.store.fixture.add_machine(ago(200).ms);
  const auto [other, other_record] = desk.store.fixture.add_machine(ago(200).ms);
  desk.store.fixture.set_value(desk.store.fixture.add_record(mail, "manual", ago(200).ms), "name",
                               "mail-1", ago(200).ms);
  desk.store.fixture.set_value(desk.store.fixture.add_record(web, "manual", ago(200).ms), "name",
                               "web-1", ago(200).ms);
  desk.install(mail_record, "long-ago", ago(30), ago(31));
  desk.install(mail_record, "openssl", ago(3), ago(4));
  desk.install(web_record, "nginx", ago(2), ago(3));
  desk.install(other_record, "not-linked", ago(2), ago(3));
  desk.install(mail_record, "suspect", began + 600'000, began - 300'000);
  desk.install(mail_record, "later", began + 600'000, began + 60'000);

  desk.store.pass(kHourMs);
  const desk::Ticket ticket = desk.create(desk.technician, {.title = "t", .began_at = began});
  desk.link(desk.technician, ticket, mail);
  desk.link(desk.technician, ticket, web, desk::LinkRole::kRelated);
  CHECK(desk.labels(ticket, 24) == Titles{"mail-1: suspect 1.0 installed (seen afterwards)",
                                          "web-1: nginx 1.0 installed",
                                          "mail-1: openssl 1.0 installed"});
  CHECK(desk.labels(ticket, 168).size() == 4);
  CHECK(desk.labels(ticket, 1) == Titles{"mail-1: suspect 1.0 installed (seen afterwards)"});
}

TEST_CASE("spans of which nothing is known are part of the context", "[desk]") {
  ContextFixture desk;
  const Instant began = desk.store.now();
  const auto [item, record] = desk.store.fixture.add_machine(began.ms - 100 * kHourMs);
  desk.store->write([&, source = record](store::Transaction& transaction) {
    transaction.execute(
        "INSERT INTO history_gaps (source_record, since, until, reason, opened_by) VALUES (?1, "
        "?2, ?3, 'restored', 1)",
        {source, began.ms - 5 * kHourMs, began.ms - 4 * kHourMs});
    transaction.execute(
        "INSERT INTO history_gaps (source_record, since, until, reason, opened_by) VALUES (?1, "
        "?2, ?3, 'restored', 1)",
        {source, began.ms - 90 * kHourMs, began.ms - 80 * kHourMs});
  });
  const desk::Ticket ticket = desk.create(desk.technician, {.title = "t", .began_at = began});
  desk.link(desk.technician, ticket, item);
  const auto context =
      desk.store->read_value<desk::TicketContext>([&](store::Transaction& transaction) {
        return desk::ticket_context(transaction, began, desk.viewer, ticket.id, 24, false);
      });
  CHECK(context.from == began - 24 * kHourMs);
  REQUIRE(context.items.size() == 1);
  REQUIRE(context.items[0].gaps.size() == 1);
  CHECK(context.items[0].gaps[0].since == began - 5 * kHourMs);
  CHECK(context.changes.empty());
  CHECK_FALSE(context.is_cut);
}

TEST_CASE("the context has a longest span and is not for requesters", "[desk]") {
  ContextFixture desk;
  const desk::Ticket ticket = desk.create(desk.requester, {.title = "t"});
  const auto code = [&](const desk::TicketView& view, int hours) {
    return code_of([&] {
      desk.store->read([&](store::Transaction& transaction) {
        desk::ticket_context(transaction, desk.store.now(), view, ticket.id, hours, false);
      });
    });
  };
  CHECK(code(desk.viewer, 0) == "invalid_value");
  CHECK(code(desk.viewer, 169) == "invalid_value");
  CHECK(code(desk.viewer, 168).empty());
  CHECK(code(desk.requester, 24) == "forbidden");
}

}  // namespace
}  // namespace muster::server
