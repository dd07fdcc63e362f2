// SPDX-License-Identifier: Apache-2.0
#include "server/api/core/handlers.h"
#include "server/people/users.h"

namespace muster::server::api {
namespace {

people::SignInOrigin origin_of(const Call& call) {
  const std::string* agent = call.request.header("user-agent");
  return {call.request.peer_address, agent == nullptr ? "" : *agent,
          session_cookie(call.request).value_or(""), call.request.request_id};
}

void write_signed_in_user(JsonWriter& json, const people::User& user) {
  json.key("user").begin_object().member("user_id", user.id).member("name", user.name);
  json.member("display_name", user.display_name).member("role", people::to_string(user.role));
  json.member("must_change_password", user.must_change_password).end_object();
}

http::Response signed_in_answer(const people::SignedIn& signed_in, int status) {
  JsonWriter json;
  json.begin_object();
  write_signed_in_user(json, signed_in.user);
  json.member("csrf_token", signed_in.csrf_token)
      .member("expires_at", signed_in.expires_at)
      .end_object();
  http::Response response = http::Response::json(std::move(json).text(), status);
  response.set("Set-Cookie", std::string(kSessionCookie) + '=' + signed_in.cookie +
                                 "; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=" +
                                 std::to_string(people::kSessionLifetimeMs / 1000));
  return response;
}

}  // namespace

http::Response sign_in(Call& call) {
  const JsonValue body = call.body({"name", "password"});
  const std::string name = required_text(body, "name");
  const std::string password = text_member(body, "password").value_or("");
  return signed_in_answer(call.services.sign_in.login(name, password, origin_of(call)), 201);
}

http::Response show_session(Call& call) {
  const people::User user =
      call.services.store.read_value<people::User>([&](store::Transaction& transaction) {
        return people::get_user(transaction, call.principal.user_id);
      });
  JsonWriter json;
  json.begin_object();
  write_signed_in_user(json, user);
  json.key("permissions").begin_array();
  for (const people::PermissionRow& row : people::kPermissions) {
    if (call.principal.may(row.permission)) json.value(row.name);
  }
  json.end_array();
  if (call.principal.kind == people::PrincipalKind::kSession)
    json.member("csrf_token", call.principal.csrf_token);
  json.key("server").begin_object().member("version", call.services.settings.version);
  json.member("public_url", call.services.settings.public_url)
      .member("time", call.now())
      .end_object();
  json.end_object();
  return http::Response::json(std::move(json).text());
}

http::Response sign_out(Call& call) {
  if (const auto cookie = session_cookie(call.request))
    call.services.sign_in.logout(*cookie, origin_of(call));
  http::Response response = http::Response::empty();
  response.set("Set-Cookie", std::string(kSessionCookie) +
                                 "=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
  return response;
}

http::Response change_password(Call& call) {
  const JsonValue body = call.body({"current_password", "new_password"});
  const std::string current = required_text(body, "current_password");
  const std::string next = required_text(body, "new_password");
  return signed_in_answer(
      call.services.sign_in.change_own_password(call.principal, current, next, origin_of(call)),
      200);
}

}  // namespace muster::server::api
