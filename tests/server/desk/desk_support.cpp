// SPDX-License-Identifier: Apache-2.0
#include "tests/server/desk/desk_support.h"

namespace muster::server {

DeskFixture::DeskFixture() {
  requester = add("rena", people::Role::kRequester);
  viewer = add("vida", people::Role::kViewer);
  technician = add("tone", people::Role::kTechnician);
}

desk::TicketView DeskFixture::add(const std::string& name, people::Role role) {
  return store->write_value<desk::TicketView>([&](store::Transaction& transaction) {
    people::NewUser made;
    made.name = name;
    made.role = role;
    made.password = {"not used here"};
    const people::User user = people::create_user(transaction, store.now(), {"setup"}, made);
    people::Principal principal;
    principal.user_id = user.id;
    principal.name = user.name;
    principal.role = role;
    return desk::ticket_view(principal);
  });
}

desk::Ticket DeskFixture::create(const desk::TicketView& view, const desk::NewTicket& ticket) {
  return store->write_value<desk::Ticket>([&](store::Transaction& transaction) {
    return desk::create_ticket(transaction, store.now(), actor(view), view, ticket);
  });
}

desk::Ticket DeskFixture::update(const desk::TicketView& view, const desk::Ticket& ticket,
                                 const desk::TicketChange& change) {
  return store->write_value<desk::Ticket>([&](store::Transaction& transaction) {
    return desk::update_ticket(transaction, store.now(), actor(view), view, ticket.id,
                               ticket.version, change);
  });
}

desk::Ticket DeskFixture::get(const desk::TicketView& view, std::int64_t id) {
  return store->read_value<desk::Ticket>(
      [&](store::Transaction& transaction) { return desk::get_ticket(transaction, view, id); });
}

desk::Note DeskFixture::note(const desk::TicketView& view, const desk::Ticket& ticket,
                             desk::NoteKind kind, const std::string& text) {
  return store->write_value<desk::Note>([&](store::Transaction& transaction) {
    return desk::add_note(transaction, store.now(), actor(view), view, ticket.id, kind, text);
  });
}

std::vector<desk::Note> DeskFixture::notes(const desk::TicketView& view,
                                           const desk::Ticket& ticket) {
  return store->read_value<std::vector<desk::Note>>([&](store::Transaction& transaction) {
    return desk::list_notes(transaction, view, ticket.id);
  });
}

desk::Link DeskFixture::link(const desk::TicketView& view, const desk::Ticket& ticket,
                             std::int64_t item, desk::LinkRole role, const std::string& reason) {
  return store->write_value<desk::Link>([&](store::Transaction& transaction) {
    return desk::link_item(transaction, store.now(), actor(view), view, ticket.id, item, role,
                           reason);
  });
}

void DeskFixture::unlink(const desk::TicketView& view, const desk::Ticket& ticket,
                         std::int64_t link_id) {
  store->write([&](store::Transaction& transaction) {
    desk::unlink_item(transaction, store.now(), actor(view), view, ticket.id, link_id);
  });
}

std::vector<desk::Link> DeskFixture::links(const desk::TicketView& view,
                                           const desk::Ticket& ticket) {
  return store->read_value<std::vector<desk::Link>>([&](store::Transaction& transaction) {
    return desk::list_links(transaction, store.now(), view, ticket.id);
  });
}

std::vector<std::string> DeskFixture::titles(const desk::TicketView& view,
                                             const desk::TicketFilter& filter) {
  const auto page = store->read_value<desk::TicketPage>([&](store::Transaction& transaction) {
    return desk::list_tickets(transaction, view, filter);
  });
  std::vector<std::string> out;
  for (const desk::Ticket& ticket : page.tickets)
    out.push_back(ticket.title);
  return out;
}

}  // namespace muster::server
