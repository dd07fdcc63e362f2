// SPDX-License-Identifier: Apache-2.0
// Every handler of the people's API, by the file that has it. routes.cpp binds them to methods,
// paths and permissions.
#pragma once
#include "server/api/core/call.h"

namespace muster::server::api {

// people/session.cpp
http::Response sign_in(Call& call);
http::Response show_session(Call& call);
http::Response sign_out(Call& call);
http::Response change_password(Call& call);

// people/users.cpp
http::Response list_users(Call& call);
http::Response add_user(Call& call);
http::Response show_user(Call& call);
http::Response change_user(Call& call);
http::Response reset_user_password(Call& call);
http::Response list_own_tokens(Call& call);
http::Response add_token(Call& call);
http::Response remove_token(Call& call);
http::Response show_audit(Call& call);

// admin/agents.cpp
http::Response list_join_tokens(Call& call);
http::Response add_join_token(Call& call);
http::Response remove_join_token(Call& call);
http::Response list_agents(Call& call);
http::Response show_agent(Call& call);
http::Response revoke_agent(Call& call);
http::Response list_waiting_agents(Call& call);
http::Response approve_agent(Call& call);

// inventory/catalogue.cpp
http::Response list_classes(Call& call);
http::Response list_query_fields(Call& call);
http::Response list_sections(Call& call);
http::Response show_openapi(Call& call);

// cmdb/items.cpp
http::Response search_items(Call& call);
http::Response add_item(Call& call);
http::Response show_item(Call& call);
http::Response change_item(Call& call);
http::Response archive_item(Call& call);
http::Response unarchive_item(Call& call);
http::Response remove_item(Call& call);

// inventory/item_facts.cpp
http::Response show_item_section(Call& call);
http::Response show_item_changes(Call& call);
http::Response compare_items(Call& call);

// desk/tickets.cpp
http::Response list_tickets(Call& call);
http::Response show_item_tickets(Call& call);
http::Response add_ticket(Call& call);
http::Response show_ticket(Call& call);
http::Response change_ticket(Call& call);
http::Response add_ticket_note(Call& call);
http::Response add_ticket_link(Call& call);
http::Response remove_ticket_link(Call& call);

// desk/ticket_context.cpp
http::Response show_ticket_context(Call& call);

}  // namespace muster::server::api
