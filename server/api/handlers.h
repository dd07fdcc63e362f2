// SPDX-License-Identifier: Apache-2.0
// Every handler of the people's API, by the file that has it. routes.cpp binds them to methods,
// paths and permissions.
#pragma once
#include "server/api/call.h"

namespace muster::server {

// session_api.cpp
Response sign_in(Call& call);
Response show_session(Call& call);
Response sign_out(Call& call);
Response change_password(Call& call);

// users_api.cpp
Response list_all_users(Call& call);
Response add_user(Call& call);
Response show_user(Call& call);
Response change_user(Call& call);
Response reset_user_password(Call& call);
Response list_own_tokens(Call& call);
Response add_token(Call& call);
Response remove_token(Call& call);
Response show_audit(Call& call);

// agents_api.cpp
Response list_tokens_to_join(Call& call);
Response add_token_to_join(Call& call);
Response remove_token_to_join(Call& call);
Response list_all_agents(Call& call);
Response show_agent(Call& call);
Response revoke_one_agent(Call& call);
Response list_waiting_agents(Call& call);
Response approve_agent(Call& call);

// catalogue_api.cpp
Response list_classes(Call& call);
Response list_query_fields(Call& call);
Response list_sections(Call& call);
Response show_openapi(Call& call);

// items_api.cpp
Response search_items(Call& call);
Response add_item(Call& call);
Response show_item(Call& call);
Response change_item(Call& call);
Response archive_item(Call& call);
Response unarchive_item(Call& call);
Response remove_item(Call& call);

// item_facts_api.cpp
Response show_item_section(Call& call);
Response show_item_changes(Call& call);
Response show_item_tickets(Call& call);
Response compare_two(Call& call);

// tickets_api.cpp
Response list_all_tickets(Call& call);
Response add_ticket(Call& call);
Response show_ticket(Call& call);
Response change_ticket(Call& call);
Response add_ticket_note(Call& call);
Response add_ticket_link(Call& call);
Response remove_ticket_link(Call& call);

// ticket_context_api.cpp
Response show_ticket_context(Call& call);

}  // namespace muster::server
