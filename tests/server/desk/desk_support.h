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
  TicketView add(const std::string& name, Role role);
  static Actor actor(const TicketView& view) { return {view.user_name, "192.0.2.1", "r1"}; }

  Ticket create(const TicketView& view, const NewTicket& ticket);
  Ticket update(const TicketView& view, const Ticket& ticket, const TicketChange& change);
  Ticket get(const TicketView& view, std::int64_t id);
  Note note(const TicketView& view, const Ticket& ticket, NoteKind kind, const std::string& text);
  std::vector<Note> notes(const TicketView& view, const Ticket& ticket);
  Link link(const TicketView& view, const Ticket& ticket, std::int64_t item,
            LinkRole role = LinkRole::kAffected, const std::string& reason = "");
  void unlink(const TicketView& view, const Ticket& ticket, std::int64_t link_id);
  std::vector<Link> links(const TicketView& view, const Ticket& ticket);
  std::vector<std::string> titles(const TicketView& view, const TicketFilter& filter = {});

  TemporaryStore store;
  TicketView requester, viewer, technician;
};

using Titles = std::vector<std::string>;

}  // namespace muster::server
