// SPDX-License-Identifier: Apache-2.0
#include "server/people/users.h"

#include "common/support/text.h"
#include "server/api/cmdb/item_ref.h"
#include "server/api/core/handlers.h"
#include "server/ca/agents.h"
#include "server/desk/tickets.h"
#include "server/people/tokens.h"

namespace muster::server::api {
namespace {

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMaxTokenDays = 3660;

void write_user(JsonWriter& json, const people::User& user) {
  json.begin_object()
      .member("user_id", user.id)
      .member("name", user.name)
      .member("display_name", user.display_name);
  json.member("email", user.email)
      .member("role", people::to_string(user.role))
      .member("created_at", user.created_at);
  json.member("disabled_at", user.disabled_at)
      .member("must_change_password", user.must_change_password);
  json.member("version", user.version).end_object();
}

http::Response user_answer(const people::User& user, int status = 200) {
  JsonWriter json;
  write_user(json, user);
  return http::Response::json(std::move(json).text(), status).set("ETag", etag(user.version));
}

std::optional<people::Role> user_role_member(const JsonValue& body) {
  return choice_member(body, "role", people::kRoleNames, people::parse_role);
}

void write_token(JsonWriter& json, const people::Token& token) {
  json.member("token_id", token.id).member("user", token.user_name).member("name", token.name);
  json.member("created_at", token.created_at).member("expires_at", token.expires_at);
  json.member("revoked_at", token.revoked_at).member("last_used_at", token.last_used_at);
}

// The entries about an item are also those about the agents that report for it, such as that one of
// them was revoked.
std::vector<std::string> objects_of_item(store::Transaction& transaction, std::int64_t item_id) {
  std::vector<std::string> objects = {"item/" + std::to_string(item_id)};
  for (const ca::AgentRecord& agent : ca::list_agents(transaction, {.item_id = item_id}).agents)
    objects.push_back("agent/" + agent.agent_id);
  return objects;
}

// What is named as people name it: an item, INC-1042; or as the log has it: user/17.
std::vector<std::string> audit_objects(store::Transaction& transaction, const std::string& text,
                                       Instant now) {
  constexpr std::string_view kItem = "item/";
  if (const auto ticket = desk::parse_ticket_number(text))
    return {"ticket/" + std::to_string(*ticket)};
  if (const auto id =
          text.starts_with(kItem) ? parse_integer(text.substr(kItem.size())) : std::nullopt)
    return objects_of_item(transaction, *id);
  if (text.find('/') != std::string::npos) return {text};
  // Some parts of the server are objects of one word.
  if (!people::list_audit(transaction, {.objects = {text}, .limit = 1}).records.empty())
    return {text};
  return objects_of_item(
      transaction,
      find_item_named(transaction, text,
                      store::read_point(transaction, std::nullopt, std::nullopt, now), now));
}

}  // namespace

http::Response list_users(Call& call) {
  const people::UserPage page =
      call.services.store.read_value<people::UserPage>([&](store::Transaction& transaction) {
        return people::list_users(transaction, call.limit(), call.text("cursor"));
      });
  return list_answer(call, page.next, [&](JsonWriter& json) {
    for (const people::User& user : page.users)
      write_user(json, user);
  });
}

http::Response add_user(Call& call) {
  const JsonValue body = call.body({"name", "password", "role", "display_name", "email"});
  people::NewUser user;
  user.name = people::checked_user_name(required_text(body, "name"));
  user.role = user_role_member(body).value_or(people::Role::kRequester);
  user.display_name = text_member(body, "display_name");
  user.email = text_member(body, "email");
  user.password =
      call.services.passwords.hash_new(text_member(body, "password").value_or(""), user.name);
  const people::User created =
      call.services.store.write_value<people::User>([&](store::Transaction& transaction) {
        return people::create_user(transaction, call.now(), call.actor(), user);
      });
  return user_answer(created, 201).set("Location", "/api/v1/users/" + std::to_string(created.id));
}

http::Response show_user(Call& call) {
  const std::int64_t id = call.path_id("user_id", "user_not_found");
  return user_answer(call.services.store.read_value<people::User>(
      [&](store::Transaction& transaction) { return people::get_user(transaction, id); }));
}

http::Response change_user(Call& call) {
  const std::int64_t id = call.path_id("user_id", "user_not_found");
  const std::int64_t version = call.if_match();
  const JsonValue body = call.body({"display_name", "email", "role", "disabled"});
  people::UserChange change;
  change.display_name = text_or_cleared(body, "display_name");
  change.email = text_or_cleared(body, "email");
  change.role = user_role_member(body);
  change.disabled = boolean_member(body, "disabled");
  return user_answer(
      call.services.store.write_value<people::User>([&](store::Transaction& transaction) {
        return people::update_user(transaction, call.now(), call.actor(), id, version, change);
      }));
}

http::Response reset_user_password(Call& call) {
  const std::int64_t id = call.path_id("user_id", "user_not_found");
  const JsonValue body = call.body({"password"});
  const std::string name = call.services.store
                               .read_value<people::User>([&](store::Transaction& transaction) {
                                 return people::get_user(transaction, id);
                               })
                               .name;
  const people::PasswordHash hash =
      call.services.passwords.hash_new(text_member(body, "password").value_or(""), name);
  call.services.store.write([&](store::Transaction& transaction) {
    people::reset_password(transaction, call.now(), call.actor(), id, std::nullopt, hash);
  });
  return http::Response::empty();
}

http::Response list_own_tokens(Call& call) {
  const bool all = call.flag("all");
  if (all) people::require(call.principal, people::Permission::kManageUsers);
  const people::TokenPage page =
      call.services.store.read_value<people::TokenPage>([&](store::Transaction& transaction) {
        return people::list_tokens(transaction,
                                   all ? std::nullopt : std::optional(call.principal.user_id),
                                   call.limit(), call.text("cursor"));
      });
  return list_answer(call, page.next, [&](JsonWriter& json) {
    for (const people::Token& token : page.tokens) {
      json.begin_object();
      write_token(json, token);
      json.end_object();
    }
  });
}

http::Response add_token(Call& call) {
  const JsonValue body = call.body({"name", "expires_in_days"});
  const std::string name = required_text(body, "name");
  std::optional<Instant> expires_at;
  if (const auto days = integer_member(body, "expires_in_days", 1, kMaxTokenDays))
    expires_at = call.now() + *days * kDayMs;
  // Or a token that leaked could be kept alive for ever.
  if (const auto most = call.principal.token_expires_at) {
    if (expires_at && *expires_at > *most) {
      throw Error(
          Status::kUnprocessable, "invalid_value",
          "An API token cannot make one that outlives it: sign in with the password, or ask "
          "for fewer days.")
          .at("expires_in_days");
    }
    if (!expires_at) expires_at = most;
  }
  const people::CreatedToken created =
      call.services.store.write_value<people::CreatedToken>([&](store::Transaction& transaction) {
        return people::create_token(transaction, call.now(), call.actor(), call.principal.user_id,
                                    name, expires_at);
      });
  JsonWriter json;
  json.begin_object();
  write_token(json, created.token);
  json.member("token", created.secret).end_object();
  return http::Response::json(std::move(json).text(), 201);
}

http::Response remove_token(Call& call) {
  const std::int64_t id = call.path_id("token_id", "token_not_found");
  const bool any = call.principal.may(people::Permission::kManageUsers);
  call.services.store.write([&](store::Transaction& transaction) {
    people::revoke_token(transaction, call.now(), call.actor(), id,
                         any ? std::nullopt : std::optional(call.principal.user_id));
  });
  return http::Response::empty();
}

http::Response show_audit(Call& call) {
  people::AuditFilter filter;
  filter.actor = call.text("actor");
  filter.action = call.text("action");
  filter.from = call.time("from");
  filter.to = call.time("to");
  filter.limit = call.limit();
  filter.cursor = call.text("cursor");
  const people::AuditPage page =
      call.services.store.read_value<people::AuditPage>([&](store::Transaction& transaction) {
        if (const auto object = call.text("object"))
          filter.objects = audit_objects(transaction, *object, call.now());
        return people::list_audit(transaction, filter);
      });
  return list_answer(call, page.next, [&](JsonWriter& json) {
    for (const people::AuditRecord& record : page.records) {
      const people::AuditEntry& entry = record.entry;
      json.begin_object()
          .member("audit_id", record.id)
          .member("at", entry.at)
          .member("actor", entry.actor.name);
      json.member("action", entry.action)
          .member("object", entry.object)
          .key("detail")
          .raw(entry.detail);
      json.member("address", entry.actor.address)
          .member("request_id", entry.actor.request_id)
          .end_object();
    }
  });
}

}  // namespace muster::server::api
