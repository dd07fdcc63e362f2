// SPDX-License-Identifier: Apache-2.0
#include "server/desk/notes.h"

#include <catch2/catch.hpp>

#include "tests/server/desk/desk_support.h"

namespace muster::server {
namespace {

std::vector<std::string> texts(const std::vector<desk::Note>& notes) {
  std::vector<std::string> out;
  for (const desk::Note& note : notes) {
    if (note.kind != desk::NoteKind::kEvent) out.push_back(note.text);
  }
  return out;
}

TEST_CASE("notes stay among those who see all tickets, replies reach the requester", "[desk]") {
  DeskFixture desk;
  const desk::Ticket ticket = desk.create(desk.requester, {.title = "t"});
  desk.store.pass(1000);
  desk.note(desk.technician, ticket, desk::NoteKind::kNote, "internal <script>");
  desk.note(desk.technician, ticket, desk::NoteKind::kReply, "we look at it");
  const desk::Note answer = desk.note(desk.requester, ticket, desk::NoteKind::kReply, "thank you");
  CHECK(answer.author == "rena");
  CHECK(texts(desk.notes(desk.technician, ticket)) ==
        std::vector<std::string>{"internal <script>", "we look at it", "thank you"});
  CHECK(texts(desk.notes(desk.requester, ticket)) ==
        std::vector<std::string>{"we look at it", "thank you"});
  const desk::Ticket after = desk.get(desk.requester, ticket.id);
  CHECK(after.updated_at == desk.store.now());
  CHECK(after.version == ticket.version);
}

TEST_CASE("who may write what", "[desk]") {
  DeskFixture desk;
  const desk::Ticket mine = desk.create(desk.requester, {.title = "t"});
  const desk::Ticket other = desk.create(desk.technician, {.title = "t"});
  const auto code = [&](const desk::TicketView& view, const desk::Ticket& ticket,
                        desk::NoteKind kind, const std::string& text) {
    return code_of([&] { desk.note(view, ticket, kind, text); });
  };
  CHECK(code(desk.requester, mine, desk::NoteKind::kNote, "x") == "forbidden");
  CHECK(code(desk.requester, other, desk::NoteKind::kReply, "x") == "ticket_not_found");
  CHECK(code(desk.technician, mine, desk::NoteKind::kEvent, "x") == "forbidden");
  CHECK(code(desk.viewer, mine, desk::NoteKind::kNote, "x").empty());
  CHECK(code(desk.technician, mine, desk::NoteKind::kNote, " \n") == "invalid_value");
  CHECK(code(desk.technician, mine, desk::NoteKind::kNote, std::string("\0", 1)) ==
        "invalid_value");
  CHECK(code(desk.technician, mine, desk::NoteKind::kNote, std::string(20'001, 'x')) ==
        "invalid_value");
  CHECK(code_of([&] { desk.notes(desk.requester, other); }) == "ticket_not_found");
}

TEST_CASE("a ticket does not take notes without end", "[desk]") {
  DeskFixture desk;
  const desk::Ticket ticket = desk.create(desk.requester, {.title = "t"});
  desk.store->write([&](store::Transaction& transaction) {
    for (std::int64_t i = 1; i < desk::kMaxNotes; ++i)
      desk::add_event(transaction, desk.store.now(), {"test", "", ""}, ticket.id, false, "e");
  });
  CHECK(code_of([&] { desk.note(desk.requester, ticket, desk::NoteKind::kReply, "x"); }) ==
        "too_many_notes");
}

}  // namespace
}  // namespace muster::server
