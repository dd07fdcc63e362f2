// SPDX-License-Identifier: Apache-2.0
// What people do to tickets; looking at them is in ticket_views.cpp.
#include <algorithm>

#include "server/cli/commands/commands.h"
#include "server/cli/commands/ticket_undo.h"
#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

const std::vector<std::string_view>& link_roles() {
  static const std::vector<std::string_view> kRoles = {"affected", "cause", "related", "requested"};
  return kRoles;
}

std::string joined_words(const Invocation& invocation, std::string_view name) {
  std::string text;
  for (const std::string& word : invocation.all(name))
    text += (text.empty() ? "" : " ") + word;
  return text;
}

// An item by its number, which means the same for ever; otherwise what was typed.
std::string item_word(const JsonValue& link, const std::string& typed) {
  const auto id = link.integer_at("item_id");
  return id ? std::to_string(*id) : typed;
}

int create_ticket(Context& context) {
  const Invocation& invocation = context.invocation;
  const std::string title = joined_words(invocation, "TITLE");
  JsonWriter json;
  json.begin_object().member("type", "incident").member("title", title);
  if (const auto text = invocation.text("--description"))
    json.member("description", context.text_or_input(*text));
  write_given(json, invocation, {{"--requester", "requester"}, {"--assignee", "assignee"}});
  json.member("began_at", context.time("--began"));
  const auto items = invocation.all("--item");
  if (!items.empty()) {
    const std::string role = invocation.text("--role").value_or("affected");
    json.key("items").begin_array();
    for (const std::string& item : items)
      json.begin_object().member("item", item).member("role", role).end_object();
    json.end_array();
  }
  json.end_object();
  const auto answer = change(context, "open an incident \"" + title + '"', "POST", {"tickets"},
                             std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  const std::string number = answer->body.text_at("number").value_or("?");
  context.out.line(number);
  context.remark("opened; see also: " + ShellCommand("muster ticket show").argument(number).text());
  return kDone;
}

int link(Context& context) {
  const std::string ticket = context.ticket();
  const std::string item = context.invocation.required("ITEM");
  JsonWriter json;
  json.begin_object().member("item", item);
  json.member("role", context.invocation.text("--role").value_or("affected"));
  write_given(json, context.invocation, {{"--reason", "reason"}});
  json.end_object();
  const auto answer = change(context, "link " + item + " to " + ticket, "POST",
                             {"tickets", ticket, "links"}, std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line("linked " + answer->body.text_at("item_name").value_or(item) + " to " + ticket +
                   " as " + answer->body.text_at("role").value_or("affected"));
  context.remark("undo: " + ShellCommand("muster ticket unlink")
                                .argument(ticket)
                                .argument(item_word(answer->body, item))
                                .text());
  return kDone;
}

// The link of the ticket to what was named: the number of an item, or any of its names.
JsonValue link_of(Context& context, const std::string& ticket, const std::string& item) {
  const JsonValue shown = context.api().get({"tickets", ticket}).body;
  const JsonValue::Array& links = array_at(shown, "links");
  const auto find = [&](const auto& fits) {
    return std::find_if(links.begin(), links.end(), [&](const JsonValue& each) {
      return each.integer_at("link_id").has_value() && fits(each);
    });
  };
  auto found = find([&](const JsonValue& each) { return item_word(each, "") == item; });
  if (found == links.end())
    found = find([&](const JsonValue& each) { return each.text_at("item_name") == item; });
  if (found == links.end()) {
    const auto wanted = context.api().get({"items", item}).body.integer_at("item_id");
    found =
        find([&](const JsonValue& each) { return wanted && each.integer_at("item_id") == wanted; });
  }
  if (found != links.end()) return *found;
  throw Problem(kNotFound, item + " is not linked to " + ticket,
                ShellCommand("muster ticket show").argument(ticket).text());
}

int unlink(Context& context) {
  const std::string ticket = context.ticket();
  const std::string item = context.invocation.required("ITEM");
  const JsonValue link = link_of(context, ticket, item);
  const auto answer =
      change(context, "unlink " + item + " from " + ticket, "DELETE",
             {"tickets", ticket, "links", std::to_string(*link.integer_at("link_id"))});
  if (!answer) return kDone;
  context.out.line("unlinked " + item + " from " + ticket);
  ShellCommand undo("muster ticket link");
  undo.argument(ticket).argument(item_word(link, item));
  if (const auto role = link.text_at("role"); role && *role != "affected")
    undo.flag("--role", *role);
  if (const auto reason = link.text_at("reason"); reason && !reason->empty())
    undo.flag("--reason", *reason);
  context.remark("undo: " + undo.text());
  return kDone;
}

int note(Context& context) {
  const std::string ticket = context.ticket();
  JsonWriter json;
  json.begin_object().member("text",
                             context.text_or_input(joined_words(context.invocation, "TEXT")));
  if (context.invocation.has("--reply")) json.member("kind", "reply");
  json.end_object();
  const auto answer = change(context, "add a note to " + ticket, "POST",
                             {"tickets", ticket, "notes"}, std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line(answer->body.text_at("kind") == "reply" ? "replied on " + ticket
                                                           : "noted on " + ticket);
  context.remark("no undo: what is written on a ticket stays");
  return kDone;
}

// Reads first and edits what was read: somebody else's change in between is a conflict (exit 7).
int edit(Context& context, const std::string& what, const std::string& body) {
  const std::string ticket = context.ticket();
  const Answer before = context.api().get({"tickets", ticket});
  const auto answer = change(context, what, "PATCH", {"tickets", ticket}, body, {}, before.etag);
  if (!answer || context.out.object(answer->body)) return kDone;
  const std::string number = answer->body.text_at("number").value_or(ticket);
  context.out.line(number + " is " + answer->body.text_at("state").value_or("changed"));
  context.remark(ticket_undo(number, before.body, answer->body, context.invocation));
  return kDone;
}

int resolve(Context& context) {
  JsonWriter json;
  json.begin_object().member("state", "resolved");
  if (const auto text = context.invocation.text("--resolution"))
    json.member("resolution", context.text_or_input(*text));
  json.end_object();
  return edit(context, "resolve " + context.ticket(), std::move(json).text());
}

int edit_ticket(Context& context) {
  JsonWriter json;
  json.begin_object();
  write_given(json, context.invocation,
              {{"--state", "state"},
               {"--title", "title"},
               {"--requester", "requester"},
               {"--assignee", "assignee"}});
  for (const auto& [flag, name] :
       {std::pair("--description", "description"), std::pair("--resolution", "resolution")}) {
    if (const auto text = context.invocation.text(flag))
      json.member(name, context.text_or_input(*text));
  }
  json.member("began_at", context.time("--began"));
  json.end_object();
  std::string body = std::move(json).text();
  if (body == "{}")
    throw Problem(kUsage, "nothing to change was given", "muster ticket edit --help");
  return edit(context, "change " + context.ticket() + " to " + body, body);
}

}  // namespace

std::vector<Command> ticket_commands() {
  const OptionSpec role = {"--role", "ROLE", "affected (default), cause, related, requested",
                           link_roles()};
  return {
      {{"ticket new",
        "report an incident",
        {{"TITLE", Count::kMany}},
        {{"--item", "ITEM", "an item it is about (may be repeated)"},
         role,
         {"--description", "TEXT", "what happened; - reads standard input"},
         {"--requester", "NAME", "who has the trouble (default: you)"},
         {"--assignee", "NAME", "who works on it"},
         {"--began", "T", "since when (default: now)"}},
        {"muster ticket new 'no network since today' --item lap-0421 --began 08:00"}},
       create_ticket},
      {{"ticket link",
        "link an item to a ticket",
        {{"TICKET"}, {"ITEM"}},
        {role, {"--reason", "TEXT", "why"}},
        {"muster ticket link INC-1042 lap-0421 --role cause"}},
       link},
      {{"ticket unlink",
        "undo a link",
        {{"TICKET"}, {"ITEM"}},
        {},
        {"muster ticket unlink INC-1042 lap-0421"}},
       unlink},
      {{"ticket note",
        "write on a ticket",
        {{"TICKET"}, {"TEXT", Count::kMany}},
        {{"--reply", "", "the requester reads it too"}},
        {"muster ticket note INC-1042 'cable replaced'", "dmesg | muster ticket note INC-1042 -"}},
       note},
      {{"ticket edit",
        "change a ticket",
        {{"TICKET"}},
        {{"--state",
          "STATE",
          "in_progress, on_hold, resolved, closed",
          {"in_progress", "on_hold", "resolved", "closed"}},
         {"--title", "TEXT", "what it is about"},
         {"--description", "TEXT", "what happened; - reads standard input"},
         {"--requester", "NAME", "who has the trouble"},
         {"--assignee", "NAME", "who works on it; '' for nobody"},
         {"--began", "T", "since when"},
         {"--resolution", "TEXT", "how it was solved; - reads standard input"}},
        {"muster ticket edit INC-1042 --state in_progress --assignee ana"}},
       edit_ticket},
      {{"ticket resolve",
        "say that it is solved",
        {{"TICKET"}},
        {{"--resolution", "TEXT", "how; - reads standard input"}},
        {"muster ticket resolve INC-1042 --resolution 'driver rolled back'"}},
       resolve},
  };
}

}  // namespace muster::cli
