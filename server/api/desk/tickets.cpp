// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "common/support/text.h"
#include "server/api/cmdb/item_ref.h"
#include "server/api/core/handlers.h"
#include "server/api/desk/ticket_ref.h"
#include "server/desk/links.h"
#include "server/desk/notes.h"
#include "server/desk/tickets.h"

namespace muster::server::api {
namespace {

constexpr std::array<std::string_view, 1> kTypes = {"incident"};
// Events are written by the server alone.
constexpr std::array<std::string_view, 2> kWrittenKinds = {"note", "reply"};

std::optional<desk::NoteKind> parse_written_kind(std::string_view name) {
  for (const desk::NoteKind kind : {desk::NoteKind::kNote, desk::NoteKind::kReply}) {
    if (desk::to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

void write_ticket(JsonWriter& json, const desk::Ticket& ticket) {
  json.member("ticket_id", ticket.id)
      .member("number", desk::ticket_number(ticket.id))
      .member("type", "incident");
  json.member("state", desk::to_string(ticket.state))
      .member("title", ticket.title)
      .member("requester", ticket.requester);
  json.member("assignee", ticket.assignee)
      .member("began_at", ticket.began_at)
      .member("created_at", ticket.created_at);
  json.member("created_by", ticket.created_by).member("updated_at", ticket.updated_at);
  json.member("resolved_at", ticket.resolved_at)
      .member("resolution", ticket.resolution)
      .member("version", ticket.version);
}

void write_link(JsonWriter& json, const desk::Link& link) {
  json.begin_object()
      .member("link_id", link.id)
      .member("item_id", link.item_id)
      .member("item_name", link.item_name);
  json.member("role", desk::to_string(link.role))
      .member("reason", link.reason)
      .member("linked_at", link.linked_at);
  json.member("linked_by", link.linked_by).end_object();
}

void write_note(JsonWriter& json, const desk::Note& note) {
  json.begin_object()
      .member("note_id", note.id)
      .member("at", note.at)
      .member("author", note.author);
  json.member("kind", desk::to_string(note.kind)).member("text", note.text).end_object();
}

http::Response ticket_answer(Call& call, std::int64_t ticket_id, int status = 200) {
  const desk::TicketView view = desk::ticket_view(call.principal);
  desk::Ticket ticket;
  std::vector<desk::Note> notes;
  std::vector<desk::Link> links;
  call.services.store.read([&](store::Transaction& transaction) {
    ticket = desk::get_ticket(transaction, view, ticket_id);
    notes = desk::list_notes(transaction, view, ticket_id);
    links = desk::list_links(transaction, call.now(), view, ticket_id);
  });
  JsonWriter json;
  json.begin_object();
  write_ticket(json, ticket);
  json.member("description", ticket.description).key("links").begin_array();
  for (const desk::Link& link : links)
    write_link(json, link);
  json.end_array().key("notes").begin_array();
  for (const desk::Note& note : notes)
    write_note(json, note);
  json.end_array().end_object();
  return http::Response::json(std::move(json).text(), status).set("ETag", etag(ticket.version));
}

http::Response tickets_answer(Call& call, const desk::TicketPage& page) {
  const auto names =
      call.services.store.read_value<std::map<std::int64_t, std::vector<std::string>>>(
          [&](store::Transaction& transaction) {
            return desk::linked_item_names(transaction, call.now(),
                                           desk::ticket_view(call.principal), page.tickets);
          });
  return list_answer(call, page.next, [&](JsonWriter& json) {
    for (const desk::Ticket& ticket : page.tickets) {
      json.begin_object();
      write_ticket(json, ticket);
      const auto found = names.find(ticket.id);
      json.member("item_names", found == names.end() ? std::vector<std::string>() : found->second);
      json.end_object();
    }
  });
}

desk::LinkRole link_role_member(const JsonValue& body) {
  return choice_member(body, "role", desk::kLinkRoleNames, desk::parse_link_role)
      .value_or(desk::LinkRole::kAffected);
}

std::vector<desk::TicketState> states_of(const std::optional<std::string>& text) {
  std::vector<desk::TicketState> out;
  if (!text) return out;
  for (const std::string_view name : split(*text, ',')) {
    if (name == "open") {
      out.insert(out.end(), {desk::TicketState::kNew, desk::TicketState::kInProgress,
                             desk::TicketState::kOnHold});
      continue;
    }
    const auto state = desk::parse_ticket_state(name);
    if (!state) {
      throw Error(Status::kBadRequest, "invalid_parameter",
                  "A state is new, in_progress, on_hold, resolved or closed; open stands for the "
                  "first three.")
          .at("state");
    }
    out.push_back(*state);
  }
  return out;
}

// The items of a new ticket: [{"item":"web-1","role":"affected"}].
std::vector<std::pair<std::string, desk::LinkRole>> items_of(const JsonValue& body) {
  constexpr std::string_view kKnown[] = {"item", "role"};
  std::vector<std::pair<std::string, desk::LinkRole>> out;
  const JsonValue* items = body.find("items");
  if (items == nullptr || items->is_null()) return out;
  const JsonValue::Array* list = items->array();
  if (list == nullptr)
    throw Error(Status::kUnprocessable, "invalid_value", "items is not a list.").at("items");
  for (const JsonValue& item : *list) {
    const std::string where = "items[" + std::to_string(out.size()) + ']';
    if (item.object() == nullptr) {
      throw Error(Status::kUnprocessable, "invalid_value",
                  "Each of items is an object with item and role.")
          .at(where);
    }
    check_members(*item.object(), kKnown, where + '.');
    out.emplace_back(required_text(item, "item"), link_role_member(item));
  }
  return out;
}

}  // namespace

std::int64_t ticket_of_path(const Call& call) {
  const std::string& text = call.request.path_parameter("ticket");
  if (const auto id = desk::parse_ticket_number(text)) return *id;
  const auto id = parse_integer(text);
  if (!id || *id < 1)
    throw Error(Status::kNotFound, "ticket_not_found", "There is no ticket " + text + '.');
  return *id;
}

http::Response list_tickets(Call& call) {
  desk::TicketFilter filter;
  filter.states = states_of(call.text("state"));
  filter.assignee = call.text("assignee");
  filter.requester = call.text("requester");
  filter.text = call.text("q").value_or("");
  filter.limit = call.limit();
  filter.cursor = call.text("cursor");
  desk::TicketPage page;
  call.services.store.read([&](store::Transaction& transaction) {
    if (const auto item = call.text("item"))
      filter.item_id = find_visible_item(transaction, call.principal, *item, call.now());
    page = desk::list_tickets(transaction, desk::ticket_view(call.principal), filter);
  });
  return tickets_answer(call, page);
}

http::Response add_ticket(Call& call) {
  const JsonValue body =
      call.body({"type", "title", "description", "requester", "assignee", "began_at", "items"});
  if (text_member(body, "type").value_or("incident") != kTypes.front()) not_one_of("type", kTypes);
  desk::NewTicket wanted;
  wanted.title = required_text(body, "title");
  wanted.description = text_member(body, "description").value_or("");
  wanted.requester = text_member(body, "requester");
  wanted.assignee = text_member(body, "assignee");
  wanted.began_at = time_member(body, "began_at");
  const auto items = items_of(body);
  const desk::TicketView view = desk::ticket_view(call.principal);
  const auto id =
      call.services.store.write_value<std::int64_t>([&](store::Transaction& transaction) {
        const desk::Ticket ticket =
            desk::create_ticket(transaction, call.now(), call.actor(), view, wanted);
        for (const auto& [name, role] : items) {
          const std::int64_t item =
              find_visible_item(transaction, call.principal, name, call.now());
          desk::link_item(transaction, call.now(), call.actor(), view, ticket.id, item, role, "");
        }
        return ticket.id;
      });
  return ticket_answer(call, id, 201).set("Location", "/api/v1/tickets/" + desk::ticket_number(id));
}

http::Response show_ticket(Call& call) {
  return ticket_answer(call, ticket_of_path(call));
}

http::Response change_ticket(Call& call) {
  const std::int64_t version = call.if_match();
  const JsonValue body = call.body(
      {"state", "title", "description", "requester", "assignee", "began_at", "resolution"});
  desk::TicketChange change;
  change.state = choice_member(body, "state", desk::kTicketStateNames, desk::parse_ticket_state);
  change.title = text_member(body, "title");
  change.description = text_or_cleared(body, "description");
  change.requester = text_or_cleared(body, "requester");
  change.assignee = text_or_cleared(body, "assignee");
  change.began_at = time_member(body, "began_at");
  change.resolution = text_or_cleared(body, "resolution");
  const std::int64_t id = ticket_of_path(call);
  call.services.store.write([&](store::Transaction& transaction) {
    desk::update_ticket(transaction, call.now(), call.actor(), desk::ticket_view(call.principal),
                        id, version, change);
  });
  return ticket_answer(call, id);
}

http::Response add_ticket_note(Call& call) {
  const JsonValue body = call.body({"text", "kind"});
  const std::string text = required_text(body, "text");
  const desk::TicketView view = desk::ticket_view(call.principal);
  const desk::NoteKind kind =
      choice_member(body, "kind", kWrittenKinds, parse_written_kind)
          .value_or(view.works ? desk::NoteKind::kNote : desk::NoteKind::kReply);
  const std::int64_t id = ticket_of_path(call);
  const desk::Note note =
      call.services.store.write_value<desk::Note>([&](store::Transaction& transaction) {
        return desk::add_note(transaction, call.now(), call.actor(), view, id, kind, text);
      });
  JsonWriter json;
  write_note(json, note);
  return http::Response::json(std::move(json).text(), 201);
}

http::Response add_ticket_link(Call& call) {
  const JsonValue body = call.body({"item", "role", "reason"});
  const std::string name = required_text(body, "item");
  const desk::LinkRole role = link_role_member(body);
  const std::int64_t id = ticket_of_path(call);
  const desk::Link link =
      call.services.store.write_value<desk::Link>([&](store::Transaction& transaction) {
        const std::int64_t item = find_visible_item(transaction, call.principal, name, call.now());
        return desk::link_item(transaction, call.now(), call.actor(),
                               desk::ticket_view(call.principal), id, item, role,
                               text_member(body, "reason").value_or(""));
      });
  JsonWriter json;
  write_link(json, link);
  return http::Response::json(std::move(json).text(), 201);
}

http::Response remove_ticket_link(Call& call) {
  const std::int64_t id = ticket_of_path(call);
  const std::int64_t link = call.path_id("link_id", "link_not_found");
  call.services.store.write([&](store::Transaction& transaction) {
    desk::unlink_item(transaction, call.now(), call.actor(), desk::ticket_view(call.principal), id,
                      link);
  });
  return http::Response::empty();
}

http::Response show_item_tickets(Call& call) {
  desk::TicketFilter filter;
  filter.limit = call.limit();
  filter.cursor = call.text("cursor");
  desk::TicketPage page;
  call.services.store.read([&](store::Transaction& transaction) {
    filter.item_id = find_item_named(transaction, call.request.path_parameter("item"),
                                     call.point(transaction), call.now());
    page = desk::list_tickets(transaction, desk::ticket_view(call.principal), filter);
  });
  return tickets_answer(call, page);
}

}  // namespace muster::server::api
