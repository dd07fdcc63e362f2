// SPDX-License-Identifier: Apache-2.0
// What the tests of the desk share: three people, tickets made by them, and short ways to act.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "server/desk/links.h"
#include "server/desk/notes.h"
#include "server/desk/tickets.h"
#include "server/people/users.h"
#include "tests/support/store/temporary_store.h"

namespace muster::server {

struct DeskFixture {
  DeskFixture();
  desk::TicketView add(const std::string& name, people::Role role);
  static people::Actor actor(const desk::TicketView& view) {
    return {view.user_name, "192.0.2.1", "r1"};
  }

  desk::Ticket create(const desk::TicketView& view, const desk::NewTicket& ticket);
  desk::Ticket update(const desk::TicketView& view, const desk::Ticket& ticket,
                      const desk::TicketChange& change);
  desk::Ticket get(const desk::TicketView& view, std::int64_t id);
  desk::Note note(const desk::TicketView& view, const desk::Ticket& ticket, desk::NoteKind kind,
                  const std::string& text);
  std::vector<desk::Note> notes(const desk::TicketView& view, const desk::Ticket& ticket);
  desk::Link link(const desk::TicketView& view, const desk::Ticket& ticket, std::int64_t item,
                  desk::LinkRole role = desk::LinkRole::kAffected, const std::string& reason = "");
  void unlink(const desk::TicketView& view, const desk::Ticket& ticket, std::int64_t link_id);
  std::vector<desk::Link> links(const desk::TicketView& view, const desk::Ticket& ticket);
  std::vector<std::string> titles(const desk::TicketView& view,
                                  const desk::TicketFilter& filter = {});

  TemporaryStore store;
  desk::TicketView requester, viewer, technician;
};

using Titles = std::vector<std::string>;

}  // namespace muster::server
