// SPDX-License-Identifier: Apache-2.0
// What is written on a ticket: notes among those who work on it, replies that the requester reads
// too, and events that Muster writes when something changes. Never edited. Functions are called
// inside a transaction.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/desk/tickets.h"

namespace muster::server::desk {

inline constexpr std::size_t kMaxNoteTextBytes = 20'000;
inline constexpr std::int64_t kMaxNotes = 5'000;  // of one ticket, events included

enum class NoteKind { kNote, kReply, kEvent };
std::string_view to_string(NoteKind kind);

struct Note {
  std::int64_t id = 0;
  Instant at = {};
  std::string author = {};
  NoteKind kind = NoteKind::kNote;
  std::string text = {};
};

// A note needs somebody who sees all tickets; anyone may reply to their own ticket. Errors:
// ticket_not_found 404, forbidden 403, invalid_value 422, too_many_notes 409.
Note add_note(store::Transaction& transaction, Instant now, const people::Actor& actor,
              const TicketView& view, std::int64_t ticket_id, NoteKind kind,
              const std::string& text);

// For the other parts of the desk: what happened. Never refused.
void add_event(store::Transaction& transaction, Instant now, const people::Actor& actor,
               std::int64_t ticket_id, bool shown_to_requester, const std::string& text);

// Oldest first; who does not see all tickets gets replies and the events of their ticket's state.
std::vector<Note> list_notes(store::Transaction& transaction, const TicketView& view,
                             std::int64_t ticket_id);

}  // namespace muster::server::desk
