// SPDX-License-Identifier: Apache-2.0
#include "server/desk/notes.h"

#include <array>

#include "common/json/write.h"
#include "common/support/text.h"
#include "server/desk/desk_text.h"
#include "server/error.h"

namespace muster::server::desk {
namespace {

constexpr std::array<std::string_view, 3> kKindNames = {"note", "reply", "event"};

constexpr std::string_view kInsertNote = R"sql(
  INSERT INTO ticket_notes (ticket_id, at, author, kind, shown_to_requester, text)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6) RETURNING note_id)sql";
constexpr std::string_view kCount = "SELECT COUNT(*) FROM ticket_notes WHERE ticket_id = ?1";
constexpr std::string_view kTouchNotedTicket =
    "UPDATE tickets SET updated_at = ?2 WHERE ticket_id = ?1";
constexpr std::string_view kListNotes = R"sql(
  SELECT note_id, at, author, kind, text FROM ticket_notes
  WHERE ticket_id = ?1 AND shown_to_requester >= ?2 ORDER BY note_id)sql";

NoteKind parse_kind(std::string_view name) {
  for (std::size_t i = 0; i < kKindNames.size(); ++i) {
    if (kKindNames[i] == name) return static_cast<NoteKind>(i);
  }
  return NoteKind::kEvent;
}

}  // namespace

std::string_view to_string(NoteKind kind) {
  return kKindNames[static_cast<std::size_t>(kind)];
}

Note add_note(store::Transaction& transaction, Instant now, const people::Actor& actor,
              const TicketView& view, std::int64_t ticket_id, NoteKind kind,
              const std::string& text) {
  const Ticket ticket = get_ticket(transaction, view, ticket_id);
  if (kind == NoteKind::kEvent || (kind == NoteKind::kNote && !view.sees_all)) {
    throw Error(Status::kForbidden, "forbidden", "You can add replies to this ticket only.");
  }
  require_lines(text, "text", kMaxNoteTextBytes);
  if (trim(text).empty()) {
    throw Error(Status::kUnprocessable, "invalid_value", "The text is empty.").at("text");
  }
  if (transaction.find_integer(kCount, {ticket.id}).value_or(0) >= kMaxNotes) {
    throw Error(Status::kConflict, "too_many_notes",
                "The ticket " + ticket_number(ticket.id) + " has " + std::to_string(kMaxNotes) +
                    " notes. Go on in a new one.");
  }
  const auto id = transaction.find_integer(
      kInsertNote,
      {ticket.id, now.ms, actor.name, to_string(kind), kind == NoteKind::kReply, text});
  transaction.execute(kTouchNotedTicket, {ticket.id, now.ms});
  JsonWriter detail;
  detail.begin_object().key("kind").value(to_string(kind)).end_object();
  people::add_audit(transaction, {now, actor, "ticket.note", "ticket/" + std::to_string(ticket.id),
                                  detail.text()});
  return {id.value(), now, actor.name, kind, text};
}

void add_event(store::Transaction& transaction, Instant now, const people::Actor& actor,
               std::int64_t ticket_id, bool shown_to_requester, const std::string& text) {
  transaction.execute(kInsertNote, {ticket_id, now.ms, actor.name, to_string(NoteKind::kEvent),
                                    shown_to_requester, text});
}

std::vector<Note> list_notes(store::Transaction& transaction, const TicketView& view,
                             std::int64_t ticket_id) {
  get_ticket(transaction, view, ticket_id);
  std::vector<Note> notes;
  transaction.query(kListNotes, {ticket_id, view.sees_all ? 0 : 1},
                    [&](const store::ResultRow& row) {
                      notes.push_back({row.integer(0),
                                       {row.integer(1)},
                                       std::string(row.text(2)),
                                       parse_kind(row.text(3)),
                                       std::string(row.text(4))});
                    });
  return notes;
}

}  // namespace muster::server::desk
