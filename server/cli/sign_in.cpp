// SPDX-License-Identifier: Apache-2.0
#include "server/cli/sign_in.h"

#include <utility>
#include <vector>

#include "server/cli/error_text.h"

namespace muster::cli {
namespace {

std::string object_json(const std::vector<std::pair<const char*, std::string>>& members) {
  JsonWriter json;
  json.begin_object();
  for (const auto& [name, value] : members)
    json.member(name, value);
  json.end_object();
  return std::move(json).text();
}

struct WebSession {
  std::string cookie;
  std::string csrf_token;
  bool must_change_password = false;

  Headers headers() const { return {{"Cookie", cookie}, {"X-CSRF-Token", csrf_token}}; }
};

WebSession session_of(const ApiReply& reply) {
  const JsonValue body = parse_answer(reply);
  WebSession session;
  const std::string cookie = reply.header("Set-Cookie").value_or("");
  session.cookie = cookie.substr(0, cookie.find(';'));
  session.csrf_token = body.text_at("csrf_token").value_or("");
  if (const JsonValue* user = body.find("user"))
    session.must_change_password = user->boolean_at("must_change_password").value_or(false);
  if (session.cookie.empty() || session.csrf_token.empty())
    throw Problem(kUnreachable,
                  "the answer to the sign-in holds no session: is this a Muster server?");
  return session;
}

// Somebody else chose the present password; only its owner may know the one that stays.
WebSession change_password(Context& context, Api& api, const WebSession& session,
                           const std::string& password) {
  if (context.invocation.has("--password-stdin")) {
    throw Problem(
        kNotAllowed, "the password must be changed first",
        "muster login URL on a terminal, without --password-stdin; it asks for a new one");
  }
  context.remark("this password was set by somebody else and must be changed now");
  const std::string next = context.ask_secret("New password:");
  if (next != context.ask_secret("The same again:"))
    throw Problem(kUsage, "the two are not the same; nothing was done");
  return session_of(
      api.raw({"PUT", api_path({"session", "password"}), session.headers(),
               object_json({{"current_password", password}, {"new_password", next}})}));
}

}  // namespace

JsonValue token_by_password(Context& context, ApiClient& client, std::string name,
                            const std::string& token_name, std::optional<std::int64_t> days) {
  // A server that is not to be trusted is found out before anybody types a password.
  const ApiReply health = client.exchange({"GET", "/healthz"});
  if (health.status == 404) throw problem_of(health, {});  // that of the agents, or no Muster
  Api api(client, "");
  if (name.empty()) name = context.ask("Name:");
  const std::string password = context.invocation.has("--password-stdin")
                                   ? context.first_line_of_input("the password")
                                   : context.ask_secret("Password of " + name + ":");
  WebSession session = session_of(api.raw(
      {"POST", api_path({"session"}), {}, object_json({{"name", name}, {"password", password}})}));
  if (session.must_change_password) session = change_password(context, api, session, password);
  JsonWriter wanted;
  wanted.begin_object().member("name", token_name).member("expires_in_days", days).end_object();
  const JsonValue created = parse_answer(
      api.raw({"POST", api_path({"tokens"}), session.headers(), std::move(wanted).text()}));
  api.raw({"DELETE", api_path({"session"}), session.headers(), {}});
  if (!created.text_at("token")) throw Problem(kUnreachable, "the server's answer holds no token");
  return created;
}

std::string validity_of(const Context& context, const JsonValue& token) {
  const auto until = instant_at(token, "expires_at");
  return until ? "valid until " + date_and_minute(*until, context.zone())
               : std::string("valid until it is revoked");
}

}  // namespace muster::cli
