// SPDX-License-Identifier: Apache-2.0
#include "tests/server/desk/desk_support.h"

namespace muster::server {

DeskFixture::DeskFixture() {
  requester = add("rena", Role::kRequester);
  viewer = add("vida", Role::kViewer);
  technician = add("tone", Role::kTechnician);
}

TicketView DeskFixture::add(const std::string& name, Role role) {
  return store->write_value<TicketView>([&](Session& session) {
    NewUser made;
    made.name = name;
    made.role = role;
    made.password = {"not used here"};
    const User user = create_user(session, store.now(), {"setup"}, made);
    Principal principal;
    principal.user_id = user.id;
    principal.name = user.name;
    principal.role = role;
    return ticket_view(principal);
  });
}

Ticket DeskFixture::create(const TicketView& view, const NewTicket& ticket) {
  return store->write_value<Ticket>([&](Session& session) {
    return create_ticket(session, store.now(), actor(view), view, ticket);
  });
}

Ticket DeskFixture::update(const TicketView& view, const Ticket& ticket,
                           const TicketChange& change) {
  return store->write_value<Ticket>([&](Session& session) {
    return update_ticket(session, store.now(), actor(view), view, ticket.id, ticket.version,
                         change);
  });
}

Ticket DeskFixture::get(const TicketView& view, std::int64_t id) {
  return store->read_value<Ticket>([&](Session& session) { return get_ticket(session, view, id); });
}

Note DeskFixture::note(const TicketView& view, const Ticket& ticket, NoteKind kind,
                       const std::string& text) {
  return store->write_value<Note>([&](Session& session) {
    return add_note(session, store.now(), actor(view), view, ticket.id, kind, text);
  });
}

std::vector<Note> DeskFixture::notes(const TicketView& view, const Ticket& ticket) {
  return store->read_value<std::vector<Note>>(
      [&](Session& session) { return list_notes(session, view, ticket.id); });
}

Link DeskFixture::link(const TicketView& view, const Ticket& ticket, std::int64_t item,
                       LinkRole role, const std::string& reason) {
  return store->write_value<Link>([&](Session& session) {
    return link_item(session, store.now(), actor(view), view, ticket.id, item, role, reason);
  });
}

void DeskFixture::unlink(const TicketView& view, const Ticket& ticket, std::int64_t link_id) {
  store->write([&](Session& session) {
    unlink_item(session, store.now(), actor(view), view, ticket.id, link_id);
  });
}

std::vector<Link> DeskFixture::links(const TicketView& view, const Ticket& ticket) {
  return store->read_value<std::vector<Link>>(
      [&](Session& session) { return list_links(session, store.now(), view, ticket.id); });
}

std::vector<std::string> DeskFixture::titles(const TicketView& view, const TicketFilter& filter) {
  const auto page = store->read_value<TicketPage>(
      [&](Session& session) { return list_tickets(session, view, filter); });
  std::vector<std::string> out;
  for (const Ticket& ticket : page.tickets)
    out.push_back(ticket.title);
  return out;
}

}  // namespace muster::server
