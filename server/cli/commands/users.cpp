// SPDX-License-Identifier: Apache-2.0
#include "common/support/text.h"
#include "server/cli/commands/commands.h"
#include "server/cli/suggest.h"

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
  for (const JsonValue& user : context.api().list({"users"}, {}, std::nullopt).items) {
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
  context.remark("undo: muster user disable " + name);
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

int edit(Context& context, const std::string& what, const std::string& done,
         const std::string& body, const std::string& undo) {
  const NamedUser user = user_named(context, context.invocation.required("NAME"));
  const Answer before = context.api().get({"users", user.id});
  const auto answer =
      change(context, what + ' ' + user.name, "PATCH", {"users", user.id}, body, {}, before.etag);
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line(user.name + ' ' + done);
  context.remark("undo: muster user " + undo + ' ' + user.name +
                 (undo == "role" ? " " + before.body.text_at("role").value_or("ROLE") : ""));
  return kDone;
}

int disable_user(Context& context) {
  if (!context.is_dry_run())
    context.confirm("Disable " + context.invocation.required("NAME") +
                    ", who is signed out at once?");
  return edit(context, "disable", "is disabled", R"({"disabled":true})", "enable");
}

int enable(Context& context) {
  return edit(context, "enable", "is enabled", R"({"disabled":false})", "disable");
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
              "role");
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
  return kDone;
}

}  // namespace

std::vector<CommandSpec> user_commands() {
  const OptionSpec password = {"--password-stdin", "", "read the password from standard input"};
  return {
      {"user create",
       "somebody new",
       {{"NAME"}},
       {{"--role", "ROLE", "requester (default), viewer, technician, admin", user_roles()},
        {"--display-name", "TEXT", "as people read it"},
        {"--email", "ADDRESS", "where to write to"},
        password},
       {"muster user create ana --role technician"},
       create_user},
      {"user list", "who may sign in", {}, {}, {}, list_users},
      {"user show", "one user", {{"NAME"}}, {}, {}, show_user},
      {"user disable", "nobody signs in by this name any more", {{"NAME"}}, {}, {}, disable_user},
      {"user enable", "undo disable", {{"NAME"}}, {}, {}, enable},
      {"user reset", "set a new password", {{"NAME"}}, {password}, {}, reset_user},
      {"user role",
       "what somebody may do",
       {{"NAME"}, {"ROLE"}},
       {},
       {"muster user role ana technician"},
       set_role},
  };
}

}  // namespace muster::cli
