// SPDX-License-Identifier: Apache-2.0
// API tokens of one's own.
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kMostDays = 3660;

int create_token(Context& context) {
  const std::string name = context.invocation.required("NAME");
  JsonWriter json;
  json.begin_object().member("name", name);
  json.member("expires_in_days", context.invocation.integer("--days", 1, kMostDays));
  json.end_object();
  const auto answer =
      change(context, "create the API token " + name, "POST", {"tokens"}, std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line(answer->body.text_at("token").value_or("?"));
  const auto id = answer->body.integer_at("token_id");
  context.remark("shown only this once; undo: muster token revoke " +
                 (id ? std::to_string(*id) : std::string("ID")));
  return kDone;
}

int list_tokens(Context& context) {
  static const std::vector<Column> kColumns = {
      {"token_id", Kind::kNumber},
      {"user", Kind::kText, false},
      {"name"},
      {"created_at", Kind::kTime},
      {"last_used_at", Kind::kAge, true, "never"},
      {"expires_at", Kind::kTime, true, "never"},
      {"revoked_at", Kind::kTime, true, "-"},
  };
  Parameters parameters;
  if (context.invocation.has("--everybody")) parameters.emplace_back("all", "true");
  return show_list(context, {"tokens"}, parameters, kColumns);
}

int revoke_token(Context& context) {
  const std::string id = context.invocation.required("TOKEN_ID");
  if (!context.is_dry_run()) context.confirm("Revoke the API token " + id + "?");
  if (!change(context, "revoke the API token " + id, "DELETE", {"tokens", id})) return kDone;
  context.out.line("revoked the API token " + id);
  return kDone;
}

}  // namespace

std::vector<CommandSpec> token_commands() {
  return {
      {"token create",
       "an API token for a script, with your own role",
       {{"NAME"}},
       {{"--days", "N", "valid for so many days (default: until revoked)"}},
       {"muster token create nightly-export --days 90 > token"},
       create_token},
      {"token list",
       "your API tokens",
       {},
       {{"--everybody", "", "those of all users (admin)"}},
       {},
       list_tokens},
      {"token revoke", "ends a token", {{"TOKEN_ID"}}, {}, {}, revoke_token},
  };
}

}  // namespace muster::cli
