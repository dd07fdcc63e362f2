// SPDX-License-Identifier: Apache-2.0
#include "common/support/suggest.h"
#include "common/support/text.h"
#include "server/cli/commands/commands.h"
#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

const std::vector<std::string_view>& user_roles() {
  static const std::vector<std::string_view> kRoles = {"requester", "viewer", "technician",
                                                       "admin"};
  return kRoles;
}

struct NamedUser {
  std::string id;
  std::string name;
};

NamedUser user_named(Context& context, const std::string& name) {
  std::vector<std::string> names;
  for (const JsonValue& user : context.api().list({"users"}, {}, std::nullopt).rows) {
    const auto id = user.integer_at("user_id");
    const std::string each = user.text_at("name").value_or("");
    if (id && (lower_ascii(each) == lower_ascii(name) || std::to_string(*id) == name))
      return {std::to_string(*id), each};
    names.push_back(each);
  }
  throw Problem(kNotFound, "there is no user " + name, suggestion(name, names, "muster user list"));
}

// For somebody else: asked twice on a terminal, or one line of standard input.
std::string password_for(Context& context, const std::string& name) {
  if (context.invocation.has("--password-stdin"))
    return context.first_line_of_input("the password");
  const std::string password = context.ask_secret("Password for " + name + ":");
  if (password != context.ask_secret("The same again:"))
    throw Problem(kUsage, "the two are not the same; nothing was done");
  return password;
}

int create_user(Context& context) {
  const std::string name = context.invocation.required("NAME");
  const std::string role = context.invocation.text("--role").value_or("requester");
  JsonWriter json;
  json.begin_object().member("name", name).member("role", role);
  write_given(json, context.invocation, {{"--display-name", "display_name"}, {"--email", "email"}});
  if (!context.is_dry_run()) json.member("password", password_for(context, name));
  json.end_object();
  const auto answer = change(context, "create the user " + name + " (" + role + ")", "POST",
                             {"users"}, std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line("created " + name + " (" + role + ")");
  context.remark("undo: " + ShellCommand("muster user disable").argument(name).text());
  return kDone;
}

int list_users(Context& context) {
  static const std::vector<Column> kColumns = {
      {"user_id", Kind::kNumber},
      {"name"},
      {"role"},
      {"display_name", Kind::kText, true, "-"},
      {"email", Kind::kText, true, "-"},
      {"disabled_at", Kind::kTime, true, "-"},
      {"created_at", Kind::kTime, false},
      {"must_change_password", Kind::kText, false},
  };
  return show_list(context, {"users"}, {}, kColumns);
}

int show_user(Context& context) {
  const NamedUser user = user_named(context, context.invocation.required("NAME"));
  const JsonValue found = context.api().get({"users", user.id}).body;
  if (context.out.object(found)) return kDone;
  Facts facts(context);
  facts.add("name", found, "name");
  facts.add("id", found, "user_id");
  facts.add("role", found, "role");
  facts.add("display name", found, "display_name");
  facts.add("e-mail", found, "email");
  facts.add("created", found, "created_at", Kind::kTime);
  facts.add("disabled", found, "disabled_at", Kind::kTime);
  facts.add("must change the password", found, "must_change_password");
  facts.write();
  return kDone;
}

// `undo` makes the way back from the account as it was before.
int edit(Context& context, const std::string& what, const std::string& done,
         const std::string& body, std::string (*undo)(const JsonValue&, const std::string&)) {
  const NamedUser user = user_named(context, context.invocation.required("NAME"));
  const Answer before = context.api().get({"users", user.id});
  const auto answer =
      change(context, what + ' ' + user.name, "PATCH", {"users", user.id}, body, {}, before.etag);
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line(user.name + ' ' + done);
  context.remark(undo(before.body, user.name));
  return kDone;
}

std::string set_back(const char* words, const std::string& name) {
  return "undo: " + ShellCommand(words).argument(name).text();
}

bool was_disabled(const JsonValue& user) {
  return user.text_at("disabled_at").has_value();
}

int disable_user(Context& context) {
  if (!context.is_dry_run())
    context.confirm("Disable " + context.invocation.required("NAME") +
                    ", who is signed out at once?");
  return edit(context, "disable", "is disabled", R"({"disabled":true})",
              [](const JsonValue& before, const std::string& name) {
                return was_disabled(before) ? name + " was disabled before"
                                            : set_back("muster user enable", name);
              });
}

int enable(Context& context) {
  return edit(context, "enable", "is enabled", R"({"disabled":false})",
              [](const JsonValue& before, const std::string& name) {
                return was_disabled(before) ? set_back("muster user disable", name)
                                            : name + " was enabled before";
              });
}

int set_role(Context& context) {
  const std::string role = context.invocation.required("ROLE");
  bool known = false;
  for (const std::string_view each : user_roles())
    known = known || each == role;
  if (!known) {
    throw Problem(kUsage, "there is no role " + role, "requester, viewer, technician or admin");
  }
  JsonWriter json;
  json.begin_object().member("role", role).end_object();
  return edit(context, "give the role " + role + " to", "is now " + role, std::move(json).text(),
              [](const JsonValue& before, const std::string& name) {
                const auto old = before.text_at("role");
                if (!old) return std::string("no undo: the role of before is not known");
                return "undo: " +
                       ShellCommand("muster user role").argument(name).argument(*old).text();
              });
}

int reset_user(Context& context) {
  const NamedUser user = user_named(context, context.invocation.required("NAME"));
  JsonWriter json;
  json.begin_object();
  if (!context.is_dry_run()) json.member("password", password_for(context, user.name));
  json.end_object();
  if (!change(context, "set a new password for " + user.name, "POST",
              {"users", user.id, "reset-password"}, std::move(json).text()))
    return kDone;
  context.out.line(user.name + " has a new password, and must change it at the next sign-in");
  context.remark(
      "no undo: the password of before is kept nowhere; all sessions and API tokens of " +
      user.name + " are ended");
  return kDone;
}

}  // namespace

std::vector<Command> user_commands() {
  const OptionSpec password = {"--password-stdin", "", "read the password from standard input"};
  return {
      {{"user create",
        "somebody new",
        {{"NAME"}},
        {{"--role", "ROLE", "requester (default), viewer, technician, admin", user_roles()},
         {"--display-name", "TEXT", "as people read it"},
         {"--email", "ADDRESS", "where to write to"},
         password},
        {"muster user create ana --role technician"}},
       create_user},
      {{"user list", "who may sign in", {}, {}, {}}, list_users},
      {{"user show", "one user", {{"NAME"}}, {}, {}}, show_user},
      {{"user disable", "nobody signs in by this name any more", {{"NAME"}}, {}, {}}, disable_user},
      {{"user enable", "undo disable", {{"NAME"}}, {}, {}}, enable},
      {{"user reset", "set a new password", {{"NAME"}}, {password}, {}}, reset_user},
      {{"user role",
        "what somebody may do",
        {{"NAME"}, {"ROLE"}},
        {},
        {"muster user role ana technician"}},
       set_role},
  };
}

}  // namespace muster::cli
