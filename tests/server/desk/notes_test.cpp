// SPDX-License-Identifier: Apache-2.0
#include "server/desk/notes.h"

#include <catch2/catch.hpp>

#include "tests/server/desk/desk_support.h"

namespace muster::server {
namespace {

std::vector<std::string> texts(const std::vector<Note>& notes) {
  std::vector<std::string> out;
  for (const Note& note : notes) {
    if (note.kind != NoteKind::kEvent) out.push_back(note.text);
  }
  return out;
}

TEST_CASE("notes stay among those who see all tickets, replies reach the requester", "[desk]") {
  DeskFixture desk;
  const Ticket ticket = desk.create(desk.requester, {.title = "t"});
  desk.store.pass(1000);
  desk.note(desk.technician, ticket, NoteKind::kNote, "internal <script>");
  desk.note(desk.technician, ticket, NoteKind::kReply, "we look at it");
  const Note answer = desk.note(desk.requester, ticket, NoteKind::kReply, "thank you");
  CHECK(answer.author == "rena");
  CHECK(texts(desk.notes(desk.technician, ticket)) ==
        std::vector<std::string>{"internal <script>", "we look at it", "thank you"});
  CHECK(texts(desk.notes(desk.requester, ticket)) ==
        std::vector<std::string>{"we look at it", "thank you"});
  const Ticket after = desk.get(desk.requester, ticket.id);
  CHECK(after.updated_at == desk.store.now());
  CHECK(after.version == ticket.version);
}

TEST_CASE("who may write what", "[desk]") {
  DeskFixture desk;
  const Ticket mine = desk.create(desk.requester, {.title = "t"});
  const Ticket other = desk.create(desk.technician, {.title = "t"});
  const auto code = [&](const TicketView& view, const Ticket& ticket, NoteKind kind,
                        const std::string& text) {
    return code_of([&] { desk.note(view, ticket, kind, text); });
  };
  CHECK(code(desk.requester, mine, NoteKind::kNote, "x") == "forbidden");
  CHECK(code(desk.requester, other, NoteKind::kReply, "x") == "ticket_not_found");
  CHECK(code(desk.technician, mine, NoteKind::kEvent, "x") == "forbidden");
  CHECK(code(desk.viewer, mine, NoteKind::kNote, "x").empty());
  CHECK(code(desk.technician, mine, NoteKind::kNote, " \n") == "invalid_value");
  CHECK(code(desk.technician, mine, NoteKind::kNote, std::string("\0", 1)) == "invalid_value");
  CHECK(code(desk.technician, mine, NoteKind::kNote, std::string(20'001, 'x')) == "invalid_value");
  CHECK(code_of([&] { desk.notes(desk.requester, other); }) == "ticket_not_found");
}

TEST_CASE("a ticket does not take notes without end", "[desk]") {
  DeskFixture desk;
  const Ticket ticket = desk.create(desk.requester, {.title = "t"});
  desk.store->write([&](Session& session) {
    for (std::int64_t i = 1; i < kMaxNotes; ++i)
      add_event(session, desk.store.now(), {"test", "", ""}, ticket.id, false, "e");
  });
  CHECK(code_of([&] { desk.note(desk.requester, ticket, NoteKind::kReply, "x"); }) ==
        "too_many_notes");
}

}  // namespace
}  // namespace muster::server
