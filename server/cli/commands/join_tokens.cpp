// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/commands.h"
#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kMostUses = 1'000'000;

int create_join_token(Context& context) {
  const Invocation& invocation = context.invocation;
  const std::int64_t uses = invocation.integer("--uses").value_or(1);
  JsonWriter json;
  json.begin_object().member("max_uses", uses);
  if (const auto text = invocation.text("--expires")) {
    const auto ms = parse_duration(*text);
    if (!ms)
      throw Problem(kUsage, "--expires: \"" + *text + "\" is not a length of time", "24h, 7d");
    json.member("expires_in_s", *ms / 1000);
  }
  write_given(json, invocation, {{"--note", "note"}});
  json.end_object();
  const auto answer =
      change(context, "create a join token for " + std::to_string(uses) + " machines", "POST",
             {"join-tokens"}, std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  const JsonValue& token = answer->body;
  const auto until = instant_at(token, "expires_at");
  context.out.line("join code, for " + std::to_string(token.integer_at("max_uses").value_or(uses)) +
                       (uses == 1 ? " machine" : " machines") +
                       (until ? ", until " + context.out.time(*until) : "") + ":",
                   Tone::kStrong);
  // Not cut and not escaped: it is to be copied, and it is the server's own base32 text.
  context.out.line("  " + token.text_at("join_code").value_or("?"));
  context.out.line("");
  context.out.line("on the machine, as root:", Tone::kStrong);
  for (const JsonValue& command : array_at(token, "install_commands"))
    context.out.line("  " + plain_text(command));
  context.out.line("  " + token.text_at("enrol_command").value_or("muster-agent enroll -"));
  context.remark("the code is shown only this once; undo: " +
                 ShellCommand("muster join-token revoke")
                     .argument(token.text_at("token_id").value_or("ID"))
                     .text());
  return kDone;
}

int list_join_tokens(Context& context) {
  static const std::vector<Column> kColumns = {
      {"token_id", Kind::kName, true, "unknown", "id"},
      {"state", Kind::kState},
      {"uses", Kind::kNumber},
      {"max_uses", Kind::kNumber, true, "unknown", "of"},
      {"expires_at", Kind::kTime, true, "never", "expires"},
      {"note", Kind::kText, true, "-"},
      {"created_by", Kind::kName, true, "unknown", "by", Giving{Fit::kWhole, 1}},
      {"created_at", Kind::kTime, true, "unknown", "created", Giving{Fit::kWhole, 3}},
      {"revoked_at", Kind::kTime, false, "-", "revoked"},
  };
  return show_list(context, {"join-tokens"}, {}, kColumns);
}

int revoke_join_token(Context& context) {
  const std::string id = context.invocation.required("TOKEN_ID");
  if (!context.is_dry_run()) context.confirm("Revoke the join token " + id + "?");
  if (!change(context, "revoke the join token " + id, "DELETE", {"join-tokens", id})) return kDone;
  context.out.line("revoked the join token " + id + "; machines that joined with it stay");
  context.remark("no undo: make another one (muster join-token create)");
  return kDone;
}

}  // namespace

std::vector<Command> join_token_commands() {
  return {
      {{"join-token create",
        "a join code and the commands that enrol a machine",
        {},
        {{"--uses", "N", "for so many machines (default 1)", {}, NumberRange{1, kMostUses}},
         {"--expires", "24h", "valid for so long"},
         {"--note", "TEXT", "what it is for"}},
        {"muster join-token create",
         "muster join-token create --uses 20 --expires 7d --note 'room 12'"}},
       create_join_token},
      {{"join-token list",
        "join tokens: whether they are usable, and how often they were used",
        {},
        {},
        {}},
       list_join_tokens},
      {{"join-token revoke", "nobody can join with it any more", {{"TOKEN_ID"}}, {}, {}},
       revoke_join_token},
  };
}

}  // namespace muster::cli
