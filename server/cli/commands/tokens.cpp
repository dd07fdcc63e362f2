// SPDX-License-Identifier: Apache-2.0
// API tokens of one's own.
#include "server/cli/commands/commands.h"
#include "server/cli/shell_command.h"
#include "server/cli/sign_in.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kMostDays = 3660;

// Whose password is asked for: --user, or whoever the kept token belongs to; empty: nobody known.
std::string account_of(Context& context) {
  if (const auto name = context.invocation.text("--user")) return *name;
  if (context.access().token.empty()) return {};
  try {
    const JsonValue session = context.api().get({"session"}).body;
    const JsonValue* user = session.find("user");
    return user == nullptr ? std::string() : user->text_at("name").value_or("");
  } catch (const Problem& problem) {
    if (problem.exit_code != kNotSignedIn) throw;
    return {};
  }
}

JsonValue token_by_token(Context& context, const std::string& name,
                         std::optional<std::int64_t> days) {
  JsonWriter json;
  json.begin_object().member("name", name).member("expires_in_days", days).end_object();
  try {
    return context.api().send("POST", {"tokens"}, std::move(json).text()).body;
  } catch (Problem& problem) {
    if (problem.path == "expires_in_days" && days) {
      problem.message = "a token that is made with a token cannot outlive it";
      problem.hint = ShellCommand("muster token create")
                         .argument(name)
                         .flag("--days", std::to_string(*days))
                         .flag("--sign-in")
                         .text() +
                     "   (it asks for the password), or fewer days";
    }
    throw;
  }
}

int create_token(Context& context) {
  const Invocation& invocation = context.invocation;
  const std::string name = invocation.required("NAME");
  const auto days = invocation.integer("--days");
  const bool by_password =
      invocation.has("--sign-in") || invocation.has("--user") || invocation.has("--password-stdin");
  if (context.is_dry_run()) {
    context.out.line("would create the API token " + name + "; nothing was done");
    return kDone;
  }
  JsonValue token;
  if (by_password) {
    const std::string account = account_of(context);
    const auto client = context.world.connect(context.access().connection);
    token = token_by_password(context, *client, account, name, days);
  } else {
    token = token_by_token(context, name, days);
  }
  std::string validity = validity_of(context, token);
  if (!by_password && !days && token.text_at("expires_at"))
    validity += ", as the token that made it; --sign-in makes one that outlives it";
  const auto id = token.integer_at("token_id");
  if (!context.out.object(token)) context.out.line(token.text_at("token").value_or("?"));
  context.remark(
      validity + "; shown only this once; undo: " +
      ShellCommand("muster token revoke").argument(id ? std::to_string(*id) : "ID").text());
  return kDone;
}

int list_tokens(Context& context) {
  const bool of_everybody = context.invocation.has("--everybody");
  const std::vector<Column> columns = {
      {"token_id", Kind::kNumber, true, "-", "id"},
      {"user", Kind::kName, of_everybody},
      {"name", Kind::kName},
      {"created_at", Kind::kTime, true, "unknown", "created", Giving{Fit::kWhole, 1}},
      {"last_used_at", Kind::kAge, true, "never", "last used"},
      {"expires_at", Kind::kTime, true, "never", "expires"},
      {"revoked_at", Kind::kTime, true, "-", "revoked"},
  };
  Parameters parameters;
  if (of_everybody) parameters.emplace_back("all", "true");
  return show_list(context, {"tokens"}, parameters, columns);
}

int revoke_token(Context& context) {
  const std::string id = context.invocation.required("TOKEN_ID");
  if (!context.is_dry_run()) context.confirm("Revoke the API token " + id + "?");
  if (!change(context, "revoke the API token " + id, "DELETE", {"tokens", id})) return kDone;
  context.out.line("revoked the API token " + id);
  context.remark("no undo: make another one (muster token create)");
  return kDone;
}

}  // namespace

std::vector<Command> token_commands() {
  return {
      {{"token create",
        "an API token for a script, with your own role",
        {{"NAME"}},
        {{"--days",
          "N",
          "valid for so many days (default: as long as it may be)",
          {},
          NumberRange{1, kMostDays}},
         {"--sign-in", "", "ask for the password, so that it may outlive your login"},
         {"--user", "NAME", "whose password (default: yours)"},
         {"--password-stdin", "", "read the password from standard input"}},
        {"muster token create nightly-export --days 90 > token",
         "muster token create prometheus --sign-in > token    # until it is revoked"}},
       create_token},
      {{"token list",
        "your API tokens",
        {},
        {{"--everybody", "", "those of all users (admin)"}},
        {}},
       list_tokens},
      {{"token revoke", "ends a token", {{"TOKEN_ID"}}, {}, {}}, revoke_token},
  };
}

}  // namespace muster::cli
