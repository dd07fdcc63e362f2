// SPDX-License-Identifier: Apache-2.0
// Every handler of the people's API, by the file that has it. routes.cpp binds them to methods,
// paths and permissions.
#pragma once
#include "server/api/core/call.h"

namespace muster::server::api {

// session_api.cpp
http::Response sign_in(Call& call);
http::Response show_session(Call& call);
http::Response sign_out(Call& call);
http::Response change_password(Call& call);

// users_api.cpp
http::Response list_all_users(Call& call);
http::Response add_user(Call& call);
http::Response show_user(Call& call);
http::Response change_user(Call& call);
http::Response reset_user_password(Call& call);
http::Response list_own_tokens(Call& call);
http::Response add_token(Call& call);
http::Response remove_token(Call& call);
http::Response show_audit(Call& call);

// agents_api.cpp
http::Response list_tokens_to_join(Call& call);
http::Response add_token_to_join(Call& call);
http::Response remove_token_to_join(Call& call);
http::Response list_all_agents(Call& call);
http::Response show_agent(Call& call);
http::Response revoke_one_agent(Call& call);
http::Response list_waiting_agents(Call& call);
http::Response approve_agent(Call& call);

// catalogue_api.cpp
http::Response list_classes(Call& call);
http::Response list_query_fields(Call& call);
http::Response list_sections(Call& call);
http::Response show_openapi(Call& call);

// items_api.cpp
http::Response search_items(Call& call);
http::Response add_item(Call& call);
http::Response show_item(Call& call);
http::Response change_item(Call& call);
http::Response archive_item(Call& call);
http::Response unarchive_item(Call& call);
http::Response remove_item(Call& call);

// item_facts_api.cpp
http::Response show_item_section(Call& call);
http::Response show_item_changes(Call& call);
http::Response show_item_tickets(Call& call);
http::Response compare_two(Call& call);

// tickets_api.cpp
http::Response list_all_tickets(Call& call);
http::Response add_ticket(Call& call);
http::Response show_ticket(Call& call);
http::Response change_ticket(Call& call);
http::Response add_ticket_note(Call& call);
http::Response add_ticket_link(Call& call);
http::Response remove_ticket_link(Call& call);

// ticket_context_api.cpp
http::Response show_ticket_context(Call& call);

}  // namespace muster::server::api
