// SPDX-License-Identifier: Apache-2.0
#include "server/desk/tickets.h"

#include <catch2/catch.hpp>

#include "tests/server/desk/desk_support.h"

namespace muster::server {
namespace {

TEST_CASE("a requester reports a problem and is its requester", "[desk]") {
  DeskFixture desk;
  const desk::Ticket ticket = desk.create(
      desk.requester, {.title = "  mail is slow ", .description = "since\nthis morning"});
  CHECK(ticket.title == "mail is slow");
  CHECK(ticket.description == "since\nthis morning");
  CHECK(ticket.state == desk::TicketState::kNew);
  CHECK(ticket.requester == "rena");
  CHECK(ticket.requester_user == desk.requester.user_id);
  CHECK_FALSE(ticket.assignee);
  CHECK(ticket.began_at == desk.store.now());
  CHECK(ticket.version == 1);
  CHECK(desk::ticket_number(ticket.id) == "INC-1001");
  CHECK(desk::parse_ticket_number("inc-1001") == ticket.id);
}

TEST_CASE("ticket numbers are read strictly", "[desk]") {
  for (const std::string_view text : {"", "INC-", "1001", "INC-1000", "INC--5", "INC-1001 ",
                                      "REQ-1001", "INC-99999999999999999999"}) {
    CAPTURE(text);
    CHECK_FALSE(desk::parse_ticket_number(text));
  }
}

TEST_CASE("what is too long, empty, odd or in the future is refused by name of the field",
          "[desk]") {
  DeskFixture desk;
  const Instant now = desk.store.now();
  struct Case {
    desk::NewTicket ticket;
    std::string path;
  };
  const std::vector<Case> cases = {
      {{.title = ""}, "title"},
      {{.title = " \t"}, "title"},
      {{.title = std::string(201, 'x')}, "title"},
      {{.title = std::string(200, 'x')}, ""},
      {{.title = "two\nlines"}, "title"},
      {{.title = "\xFF"}, "title"},
      {{.title = "t", .description = std::string(20'001, 'x')}, "description"},
      {{.title = "t", .description = std::string(20'000, 'x')}, ""},
      {{.title = "t", .description = std::string("a\0b", 3)}, "description"},
      {{.title = "t", .description = "\xC0\x80"}, "description"},
      {{.title = "t", .requester = std::string(201, 'x')}, "requester"},
      {{.title = "t", .assignee = "nobody"}, "assignee"},
      {{.title = "t", .assignee = "rena"}, "assignee"},
      {{.title = "t", .began_at = now + desk::kMaxAheadMs}, ""},
      {{.title = "t", .began_at = now + desk::kMaxAheadMs + 1}, "began_at"},
      {{.title = "t", .began_at = Instant{0}}, ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.ticket.title.substr(0, 20), c.path);
    std::string path;
    try {
      desk.create(desk.technician, c.ticket);
    } catch (const Error& error) {
      CHECK(error.code == "invalid_value");
      path = error.path.value_or("");
    }
    CHECK(path == c.path);
  }
}

TEST_CASE("requesters see their own tickets only, and change none", "[desk]") {
  DeskFixture desk;
  const desk::Ticket mine = desk.create(desk.requester, {.title = "mine"});
  const desk::Ticket other = desk.create(desk.technician, {.title = "other"});
  const desk::Ticket for_me =
      desk.create(desk.technician, {.title = "for me", .requester = "Rena"});
  CHECK(desk.get(desk.requester, mine.id).title == "mine");
  CHECK(desk.get(desk.requester, for_me.id).title == "for me");
  CHECK(code_of([&] { desk.get(desk.requester, other.id); }) == "ticket_not_found");
  CHECK(code_of([&] { desk.get(desk.requester, 999); }) == "ticket_not_found");
  CHECK(desk.titles(desk.requester) == Titles{"for me", "mine"});
  CHECK(desk.titles(desk.viewer).size() == 3);

  CHECK(code_of([&] { desk.update(desk.requester, mine, {.title = "x"}); }) == "forbidden");
  CHECK(code_of([&] { desk.update(desk.viewer, mine, {.title = "x"}); }) == "forbidden");
  CHECK(code_of([&] { desk.update(desk.requester, other, {.title = "x"}); }) == "ticket_not_found");
  CHECK(code_of([&] { desk.create(desk.requester, {.title = "t", .requester = "vida"}); }) ==
        "forbidden");
  CHECK(code_of([&] { desk.create(desk.requester, {.title = "t", .assignee = "tone"}); }) ==
        "forbidden");
}

TEST_CASE("a person without an account can be the requester", "[desk]") {
  DeskFixture desk;
  const desk::Ticket ticket =
      desk.create(desk.technician, {.title = "t", .requester = "Mr. Pirc, reception"});
  CHECK(ticket.requester == "Mr. Pirc, reception");
  CHECK_FALSE(ticket.requester_user);
  CHECK_FALSE(desk.update(desk.technician, ticket, {.requester = ""}).requester);
}

TEST_CASE("an edit needs the version that was seen, and leaves events and an audit entry",
          "[desk]") {
  DeskFixture desk;
  const desk::Ticket first = desk.create(desk.requester, {.title = "slow"});
  desk.store.pass(1000);
  const desk::Ticket second = desk.update(
      desk.technician, first,
      {.state = desk::TicketState::kInProgress, .description = "very", .assignee = "tone"});
  CHECK(second.version == 2);
  CHECK(second.assignee == "tone");
  CHECK(second.updated_at == desk.store.now());
  CHECK(code_of([&] { desk.update(desk.technician, first, {.title = "x"}); }) ==
        "precondition_failed");
  CHECK(desk.update(desk.technician, second, {.assignee = "tone"}).version == 2);  // no change

  std::vector<std::string> seen;
  for (const desk::Note& note : desk.notes(desk.technician, second))
    seen.push_back(note.text);
  CHECK(seen == std::vector<std::string>{"created", "description changed", "assignee: none -> tone",
                                         "state: new -> in_progress"});
  seen.clear();
  for (const desk::Note& note : desk.notes(desk.requester, second))
    seen.push_back(note.text);
  CHECK(seen == std::vector<std::string>{"created", "state: new -> in_progress"});
  desk.store->read([](store::Transaction& transaction) {
    CHECK(transaction.find_text("SELECT detail FROM audit WHERE action = 'ticket.update'") ==
          R"({"description":"changed","assignee":{"after":"tone"},)"
          R"("state":{"before":"new","after":"in_progress"}})");
  });
}

TEST_CASE("tickets are found by state, people, item and words", "[desk]") {
  DeskFixture desk;
  const desk::Ticket printer = desk.create(
      desk.requester, {.title = "Printer broken", .description = "100% of pages_are blank"});
  desk.store.pass(1000);
  const desk::Ticket mail =
      desk.create(desk.technician, {.title = "Mail slow", .assignee = "tone"});
  desk.store.pass(1000);
  const desk::Ticket disk = desk.create(desk.technician, {.title = "Disk full on the mail server"});
  desk.update(desk.technician, disk, {.state = desk::TicketState::kResolved});
  const std::int64_t item = desk.store.fixture.add_machine(desk.store.now().ms).first;
  desk.link(desk.technician, mail, item);

  const auto titles = [&](const desk::TicketFilter& filter) {
    return desk.titles(desk.technician, filter);
  };
  CHECK(titles({.states = {desk::TicketState::kNew}}).size() == 2);
  CHECK(titles({.states = {desk::TicketState::kResolved, desk::TicketState::kClosed}}) ==
        Titles{disk.title});
  CHECK(titles({.assignee = "TONE"}) == Titles{mail.title});
  CHECK(titles({.assignee = ""}).size() == 2);
  CHECK(titles({.requester = "Rena"}) == Titles{printer.title});
  CHECK(titles({.item_id = item}) == Titles{mail.title});
  CHECK(titles({.item_id = item + 1}).empty());
  CHECK(titles({.text = "mail"}).size() == 2);
  CHECK(titles({.text = "MAIL server"}) == Titles{disk.title});
  CHECK(titles({.text = "inc-1001"}) == Titles{printer.title});
  CHECK(titles({.text = "100%"}) == Titles{printer.title});
  CHECK(titles({.text = "%"}) == Titles{printer.title});
  CHECK(titles({.text = "s_a"}) == Titles{printer.title});
  CHECK(titles({.text = "!"}).empty());
  CHECK(titles({.text = "' OR 1=1 --"}).empty());
  CHECK(code_of([&] { titles({.text = "a b c d e f g h i j k"}); }) == "invalid_value");
  CHECK(code_of([&] { titles({.text = std::string("\0", 1)}); }) == "invalid_value");
}

TEST_CASE("tickets are listed page by page, last changed first, each once", "[desk]") {
  DeskFixture desk;
  for (int i = 0; i < 7; ++i) {
    desk.create(desk.technician, {.title = "t" + std::to_string(i), .description = "long"});
    if (i % 2 == 0) desk.store.pass(1000);
  }
  Titles seen;
  desk::TicketFilter filter{.limit = 2};
  do {
    const auto page =
        desk.store->read_value<desk::TicketPage>([&](store::Transaction& transaction) {
          return desk::list_tickets(transaction, desk.viewer, filter);
        });
    for (const desk::Ticket& ticket : page.tickets) {
      seen.push_back(ticket.title);
      CHECK(ticket.description.empty());
    }
    filter.cursor = page.next;
  } while (filter.cursor);
  CHECK(seen == Titles{"t6", "t5", "t4", "t3", "t2", "t1", "t0"});
  CHECK(code_of([&] { desk.titles(desk.viewer, {.cursor = "zz"}); }) == "invalid_cursor");
}

}  // namespace
}  // namespace muster::server
