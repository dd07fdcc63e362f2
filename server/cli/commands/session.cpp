// SPDX-License-Identifier: Apache-2.0
// login, logout, status. A login trades name and password for an API token of this machine and ends
// the session at once, so the password is kept nowhere.
#include <unistd.h>

#include <array>

#include "common/support/text.h"
#include "server/cli/commands/commands.h"
#include "server/cli/http_client.h"

namespace muster::cli {
namespace {

constexpr int kTokenDays = 365;
constexpr std::int64_t kClockToleranceMs = 60'000;

std::string machine_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "an unnamed machine";
  return name.data();
}

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
    throw Problem(kNotAllowed, "the password must be changed first",
                  "muster login on a terminal, or the web page");
  }
  context.remark("this password was set by somebody else and must be changed now");
  const std::string next = context.ask_secret("New password:");
  if (next != context.ask_secret("The same again:"))
    throw Problem(kUsage, "the two are not the same; nothing was done");
  return session_of(
      api.raw({"PUT", api_path({"session", "password"}), session.headers(),
               object_json({{"current_password", password}, {"new_password", next}})}));
}

struct NewToken {
  std::string token;
  std::string token_id;
};

NewToken token_by_password(Context& context, Api& api) {
  const Invocation& invocation = context.invocation;
  std::string name = invocation.text("--user").value_or("");
  if (name.empty()) name = context.ask("Name:");
  const std::string password = invocation.has("--password-stdin")
                                   ? context.first_line_of_input("the password")
                                   : context.ask_secret("Password of " + name + ":");
  WebSession session = session_of(api.raw(
      {"POST", api_path({"session"}), {}, object_json({{"name", name}, {"password", password}})}));
  if (session.must_change_password) session = change_password(context, api, session, password);
  JsonWriter wanted;
  wanted.begin_object()
      .member("name", "muster on " + to_valid_text(machine_name()))
      .member("expires_in_days", kTokenDays)
      .end_object();
  const JsonValue created = parse_answer(
      api.raw({"POST", api_path({"tokens"}), session.headers(), std::move(wanted).text()}));
  api.raw({"DELETE", api_path({"session"}), session.headers(), {}});
  const auto id = created.integer_at("token_id");
  const auto token = created.text_at("token");
  if (!token) throw Problem(kUnreachable, "the server's answer holds no token");
  return {*token, id ? std::to_string(*id) : std::string()};
}

int login(Context& context) {
  const Invocation& invocation = context.invocation;
  SavedLogin login;
  login.server = checked_server(invocation.required("URL"));
  Connection connection;
  connection.server = login.server;
  apply_flags(connection, invocation, context.world.environment);
  login.ca_file = connection.ca_file;
  login.ca_sha256 = connection.ca_sha256;

  const auto client = context.world.connect(connection);
  if (invocation.has("--token-stdin")) {
    login.token = context.first_line_of_input("the token");
  } else if (const auto file = invocation.text("--token-file")) {
    login.token = read_secret_file(*file);
  } else {
    // A server that is not to be trusted is found out before anybody types a password.
    client->exchange({"GET", "/healthz"});
    Api anonymous(*client, "");
    const NewToken created = token_by_password(context, anonymous);
    login.token = created.token;
    login.token_id = created.token_id;
  }
  if (login.token.find_first_of(" \t\r\n") != std::string::npos)
    throw Problem(kUsage, "a token has no white space in it; nothing was saved");
  const JsonValue session = Api(*client, login.token).get({"session"}).body;
  const std::filesystem::path path = config_path(context.world.environment);
  save_login(path, login);
  const JsonValue* user = session.find("user");
  const auto text = [&](const char* name) {
    return user == nullptr ? std::string() : user->text_at(name).value_or("");
  };
  context.out.line("signed in to " + login.server + " as " + text("name") + " (" + text("role") +
                   ")");
  context.remark("kept in " + path.string() + "; undo: muster logout");
  return kDone;
}

int logout(Context& context) {
  const std::filesystem::path path = config_path(context.world.environment);
  const auto saved = load_login(path);
  if (!saved) {
    context.remark("nobody was signed in");
    return kDone;
  }
  if (context.is_dry_run()) {
    context.out.line("would sign out of " + saved->server + "; nothing was done");
    return kDone;
  }
  // The token is revoked when that can be done; it is forgotten here in any case.
  if (!saved->token_id.empty()) {
    Connection connection{saved->server, saved->ca_file, saved->ca_sha256};
    apply_flags(connection, context.invocation, context.world.environment);
    try {
      const auto client = context.world.connect(connection);
      Api(*client, saved->token).send("DELETE", {"tokens", saved->token_id});
    } catch (const Problem& problem) {
      if (problem.exit_code != kNotSignedIn && problem.exit_code != kNotFound) {
        forget_login(path);
        throw Problem(kPartlyDone,
                      "signed out here, but the token could not be revoked: " + problem.message,
                      "muster token revoke " + saved->token_id + ", once the server answers");
      }
    }
  }
  forget_login(path);
  context.out.line("signed out of " + saved->server);
  return kDone;
}

int status(Context& context) {
  const Access& access = context.access();
  const Answer answer = context.api().get({"session"});
  if (context.out.object(answer.body)) return kDone;
  Facts facts(context);
  facts.add("server", access.connection.server);
  const JsonValue* server = answer.body.find("server");
  const JsonValue* user = answer.body.find("user");
  if (server != nullptr) facts.add("version", *server, "version");
  facts.add("this program", MUSTER_VERSION);
  if (user != nullptr) {
    facts.add("user", *user, "name");
    facts.add("role", *user, "role");
  }
  facts.add("token from", access.token_origin);
  if (!access.connection.ca_file.empty()) facts.add("trusts", access.connection.ca_file);
  if (!access.connection.ca_sha256.empty())
    facts.add("trusts", "the CA with key " + access.connection.ca_sha256);
  if (const auto theirs = server == nullptr ? std::nullopt : instant_at(*server, "time")) {
    const std::int64_t off = context.world.clock.now() - *theirs;
    const bool agrees = std::abs(off) <= kClockToleranceMs;
    facts.add("clock",
              agrees ? "agrees with the server's"
                     : "this machine is " + duration(std::abs(off)) +
                           (off > 0 ? " ahead of the server" : " behind the server"),
              agrees ? Tone::kPlain : Tone::kWarning);
  }
  facts.write();
  return kDone;
}

}  // namespace

std::vector<CommandSpec> session_commands() {
  return {
      {"login",
       "sign in, and keep a token for the next commands",
       {{"URL"}},
       {{"--user", "NAME", "who signs in (asked otherwise)"},
        {"--password-stdin", "", "read the password from standard input"},
        {"--token-stdin", "", "use a token that exists, from standard input"},
        {"--token-file", "FILE", "use a token that exists, from a file"}},
       {"muster login https://cmdb.example.org:8443",
        "muster login https://cmdb.example.org:8443 --ca-file ca.pem --user ana",
        "pass show muster | muster login https://cmdb.example.org:8443 --token-stdin"},
       login},
      {"logout", "revoke the kept token and forget it", {}, {}, {}, logout},
      {"status", "server, user, version and clock", {}, {}, {}, status},
  };
}

}  // namespace muster::cli
