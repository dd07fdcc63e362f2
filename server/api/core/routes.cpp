// SPDX-License-Identifier: Apache-2.0
#include "server/api/core/routes.h"

#include "server/api/admin/operations.h"
#include "server/api/core/handlers.h"

namespace muster::server::api {
namespace {

constexpr std::size_t kStrangersBodyBytes = 64 * 1024;
constexpr std::size_t kBodyBytes = 1024 * 1024;

// What a route asks for that answers without a sign-in.
constexpr std::nullopt_t kPublic = std::nullopt;

struct Row {
  const char* method;
  const char* pattern;
  std::optional<people::Permission> permission;
  Handler handler;
  std::vector<std::string> query;
};

http::Response show_metrics(Call& call) {
  return metrics(call.services);
}

// The whole people's API. A new endpoint is a line here, a handler, and its description in
// openapi.yaml (docs/adding-an-endpoint.md).
const std::vector<Row>& table() {
  using enum people::Permission;
  static const std::vector<Row> kTable = {
      {"GET", "/api/v1/openapi.yaml", kPublic, show_openapi, {}},
      {"POST", "/api/v1/session", kPublic, sign_in, {}},
      {"GET", "/api/v1/session", kOwnAccount, show_session, {}},
      {"DELETE", "/api/v1/session", kOwnAccount, sign_out, {}},
      {"PUT", "/api/v1/session/password", kOwnAccount, change_password, {}},

      {"GET", "/api/v1/users", kManageUsers, list_users, {"limit", "cursor"}},
      {"POST", "/api/v1/users", kManageUsers, add_user, {}},
      {"GET", "/api/v1/users/{user_id}", kManageUsers, show_user, {}},
      {"PATCH", "/api/v1/users/{user_id}", kManageUsers, change_user, {}},
      {"POST", "/api/v1/users/{user_id}/reset-password", kManageUsers, reset_user_password, {}},
      {"GET", "/api/v1/tokens", kOwnAccount, list_own_tokens, {"limit", "cursor", "all"}},
      {"POST", "/api/v1/tokens", kOwnAccount, add_token, {}},
      {"DELETE", "/api/v1/tokens/{token_id}", kOwnAccount, remove_token, {}},
      {"GET",
       "/api/v1/audit",
       kReadAudit,
       show_audit,
       {"actor", "action", "object", "from", "to", "limit", "cursor"}},
      {"GET", "/metrics", kReadMetrics, show_metrics, {}},

      {"GET", "/api/v1/join-tokens", kManageAgents, list_join_tokens, {"limit", "cursor"}},
      {"POST", "/api/v1/join-tokens", kManageAgents, add_join_token, {}},
      {"DELETE", "/api/v1/join-tokens/{token_id}", kManageAgents, remove_join_token, {}},
      {"GET", "/api/v1/agents", kReadInventory, list_agents, {"state", "limit", "cursor"}},
      {"GET", "/api/v1/agents/waiting", kManageAgents, list_waiting_agents, {}},
      {"GET", "/api/v1/agents/{agent_id}", kReadInventory, show_agent, {}},
      {"POST", "/api/v1/agents/{agent_id}/revoke", kManageAgents, revoke_agent, {}},
      {"POST", "/api/v1/agents/{agent_id}/approve", kManageAgents, approve_agent, {}},

      {"GET", "/api/v1/classes", kOwnAccount, list_classes, {}},
      {"GET", "/api/v1/query/fields", kOwnAccount, list_query_fields, {}},
      {"GET", "/api/v1/sections", kOwnAccount, list_sections, {}},

      {"GET",
       "/api/v1/items",
       kReadInventory,
       search_items,
       {"q", "at", "known_at", "sort", "limit", "cursor", "undetermined", "archived"}},
      {"POST", "/api/v1/items", kEditItems, add_item, {}},
      {"GET", "/api/v1/items/{item}", kReadInventory, show_item, {"at", "known_at"}},
      {"PATCH", "/api/v1/items/{item}", kEditItems, change_item, {}},
      {"DELETE", "/api/v1/items/{item}", kPurgeItems, remove_item, {"confirm"}},
      {"POST", "/api/v1/items/{item}/archive", kEditItems, archive_item, {}},
      {"POST", "/api/v1/items/{item}/unarchive", kEditItems, unarchive_item, {}},
      {"GET",
       "/api/v1/items/{item}/sections/{section}",
       kReadInventory,
       show_item_section,
       {"at", "known_at", "limit", "cursor"}},
      {"GET",
       "/api/v1/items/{item}/changes",
       kReadInventory,
       show_item_changes,
       {"from", "to", "section", "at", "known_at", "limit", "cursor"}},
      {"GET", "/api/v1/items/{item}/tickets", kReadTickets, show_item_tickets, {"limit", "cursor"}},
      {"GET",
       "/api/v1/compare",
       kReadInventory,
       compare_items,
       {"a", "b", "a_at", "b_at", "section", "identity"}},

      {"GET",
       "/api/v1/tickets",
       kOwnTickets,
       list_tickets,
       {"state", "assignee", "requester", "item", "q", "limit", "cursor"}},
      {"POST", "/api/v1/tickets", kOwnTickets, add_ticket, {}},
      {"GET", "/api/v1/tickets/{ticket}", kOwnTickets, show_ticket, {}},
      {"PATCH", "/api/v1/tickets/{ticket}", kWorkTickets, change_ticket, {}},
      {"POST", "/api/v1/tickets/{ticket}/notes", kOwnTickets, add_ticket_note, {}},
      {"POST", "/api/v1/tickets/{ticket}/links", kWorkTickets, add_ticket_link, {}},
      {"DELETE", "/api/v1/tickets/{ticket}/links/{link_id}", kWorkTickets, remove_ticket_link, {}},
      {"GET", "/api/v1/tickets/{ticket}/context", kReadTickets, show_ticket_context, {"hours"}},
  };
  return kTable;
}

http::Response run(Services& services, const Row& row, const http::Request& request) {
  Call call{services, request, {}};
  if (row.permission) {
    call.principal = authenticate(services, request);
    people::require(call.principal, *row.permission);
    // CSRF: the cookie is sent automatically, the token only by our own pages.
    if (request.method != "GET" && request.method != "HEAD") {
      const std::string* token = request.header("x-csrf-token");
      people::require_csrf(call.principal, token == nullptr ? "" : *token);
    }
  }
  return row.handler(call);
}

http::Access access_of(std::optional<people::Permission> permission) {
  if (!permission) return http::Access::open();
  return http::Access::of(static_cast<http::Access::Permission>(*permission));
}

}  // namespace

std::vector<http::Route> people_routes(Services& services) {
  std::vector<http::Route> routes;
  for (const Row& row : table()) {
    routes.push_back(
        {row.method, row.pattern, access_of(row.permission),
         [&services, &row](const http::Request& request) { return run(services, row, request); },
         row.query});
  }
  return routes;
}

std::optional<people::Permission> permission_of(const http::Route& route) {
  const auto permission = route.access.permission();
  if (!permission) return std::nullopt;
  return static_cast<people::Permission>(*permission);
}

std::size_t people_body_limit(const http::Request& request) {
  const bool has_credentials =
      request.header("cookie") != nullptr || request.header("authorization") != nullptr;
  return has_credentials ? kBodyBytes : kStrangersBodyBytes;
}

}  // namespace muster::server::api
