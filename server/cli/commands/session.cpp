// SPDX-License-Identifier: Apache-2.0
// login, logout, status. A login trades name and password for an API token of this machine and ends
// the session at once, so the password is kept nowhere.
#include <unistd.h>

#include <array>

#include "common/support/text.h"
#include "server/cli/commands/commands.h"
#include "server/cli/http_client.h"
#include "server/cli/shell_command.h"
#include "server/cli/sign_in.h"

namespace muster::cli {
namespace {

constexpr int kTokenDays = 365;
constexpr std::int64_t kClockAgreesMs = 60'000;

std::string uname() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "an unnamed machine";
  return name.data();
}

// What the new login overwrites; nullopt also where it cannot be read, which is said.
std::optional<SavedLogin> login_before(Context& context, const std::filesystem::path& path) {
  try {
    return load_login(path);
  } catch (const Problem& problem) {
    context.remark("the token kept before was not revoked: " + problem.message);
    return std::nullopt;
  }
}

// Ends the token of a login. One that was not made by muster login may serve others too and is
// left. nullopt: done, or it had ended already; otherwise why not.
std::optional<std::string> revoke_kept(Context& context, const SavedLogin& saved,
                                       const Connection& connection) {
  if (saved.token_id.empty()) return std::nullopt;
  try {
    const auto client = context.world.connect(connection);
    Api(*client, saved.token).send("DELETE", {"tokens", saved.token_id});
  } catch (const Problem& problem) {
    if (problem.exit_code != kNotSignedIn && problem.exit_code != kNotFound) return problem.message;
  }
  return std::nullopt;
}

// `connection` is that of the new login: what it trusts is trusted for the old one if that was of
// the same server.
void revoke_replaced(Context& context, const SavedLogin& before, const Connection& connection) {
  if (before.token_id.empty()) return;
  Connection other{before.server, before.ca_file, before.ca_sha256};
  other.timeout_s = connection.timeout_s;
  const auto failure =
      revoke_kept(context, before, before.server == connection.server ? connection : other);
  if (!failure) {
    context.remark("the token of the login before is revoked");
    return;
  }
  context.remark(
      "the token of the login before (" + before.server + ") was not revoked: " + *failure +
      "; later: " + ShellCommand("muster token revoke").argument(before.token_id).text());
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
  std::string validity;
  if (invocation.has("--token-stdin")) {
    login.token = context.first_line_of_input("the token");
  } else if (const auto file = invocation.text("--token-file")) {
    login.token = read_secret_file(*file);
  } else {
    const JsonValue created =
        token_by_password(context, *client, invocation.text("--user").value_or(""),
                          "muster on " + to_valid_text(uname()), kTokenDays);
    login.token = *created.text_at("token");
    if (const auto id = created.integer_at("token_id")) login.token_id = std::to_string(*id);
    validity = ", " + validity_of(context, created);
  }
  if (login.token.find_first_of(" \t\r\n") != std::string::npos)
    throw Problem(kUsage, "a token has no white space in it; nothing was saved");
  const JsonValue session = Api(*client, login.token).get({"session"}).body;
  const std::filesystem::path path = config_path(context.world.environment);
  const auto replaced = login_before(context, path);
  save_login(path, login);
  const JsonValue* user = session.find("user");
  const auto text = [&](const char* name) {
    return user == nullptr ? std::string() : user->text_at(name).value_or("");
  };
  context.out.line("signed in to " + login.server + " as " + text("name") + " (" + text("role") +
                   ")");
  context.remark("kept in " + path.string() + validity + "; undo: muster logout");
  if (replaced && replaced->token != login.token) revoke_replaced(context, *replaced, connection);
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
  Connection connection{saved->server, saved->ca_file, saved->ca_sha256};
  apply_flags(connection, context.invocation, context.world.environment);
  if (const auto failure = revoke_kept(context, *saved, connection)) {
    forget_login(path);
    throw Problem(kPartlyDone, "signed out here, but the token could not be revoked: " + *failure,
                  ShellCommand("muster token revoke").argument(saved->token_id).text() +
                      ", once the server answers");
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
    const bool agrees = std::abs(off) <= kClockAgreesMs;
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

std::vector<Command> session_commands() {
  return {
      {{"login",
        "sign in, and keep a token for the next commands",
        {{"URL"}},
        {{"--user", "NAME", "who signs in (asked otherwise)"},
         {"--password-stdin", "", "read the password from standard input"},
         {"--token-stdin", "", "use a token that exists, from standard input"},
         {"--token-file", "FILE", "use a token that exists, from a file"}},
        {"muster login https://cmdb.example.org:8443",
         "muster login https://cmdb.example.org:8443 --ca-file ca.pem --user ana",
         "pass show muster | muster login https://cmdb.example.org:8443 --token-stdin"}},
       login},
      {{"logout", "revoke the kept token and forget it", {}, {}, {}}, logout},
      {{"status", "server, user, version and clock", {}, {}, {}}, status},
  };
}

}  // namespace muster::cli
