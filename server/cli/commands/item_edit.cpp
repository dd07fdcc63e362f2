// SPDX-License-Identifier: Apache-2.0
// item create, edit, archive, unarchive, purge.
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

const std::vector<std::pair<const char*, const char*>>& attributes() {
  static const std::vector<std::pair<const char*, const char*>> kAttributes = {
      {"--name", "name"},         {"--class", "class"},         {"--owner", "owner"},
      {"--location", "location"}, {"--lifecycle", "lifecycle"}, {"--note", "note"}};
  return kAttributes;
}

const std::vector<std::string_view>& lifecycles() {
  static const std::vector<std::string_view> kLifecycles = {
      "planned", "ordered", "in_stock", "in_use", "in_repair", "missing", "retired", "disposed"};
  return kLifecycles;
}

std::vector<OptionSpec> attribute_options() {
  return {
      {"--class", "CLASS", "such as hardware.computer.laptop (muster fields class)"},
      {"--owner", "NAME", "who has it"},
      {"--location", "PLACE", "where it is"},
      {"--lifecycle", "STATE", "planned, ordered, in_stock, in_use, in_repair, ...", lifecycles()},
      {"--note", "TEXT", "what else is to be known"}};
}

std::string name_of(const JsonValue& item, const std::string& otherwise) {
  return item.text_at("name").value_or(otherwise);
}

std::string id_of(const JsonValue& item, const std::string& otherwise) {
  const auto id = item.integer_at("item_id");
  return id ? std::to_string(*id) : otherwise;
}

int create(Context& context) {
  const std::string name = context.invocation.required("NAME");
  JsonWriter json;
  json.begin_object().member("name", name);
  write_given(json, context.invocation, attributes());
  json.end_object();
  const auto answer =
      change(context, "create the item " + name, "POST", {"items"}, std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  const std::string id = id_of(answer->body, name);
  context.out.line("created " + name + ", id " + id);
  context.remark("undo: muster item archive " + id);
  return kDone;
}

// The command that sets the attribute back.
std::string undo_of(const JsonValue& before, const std::string& id, const Invocation& invocation) {
  std::string set = "muster item edit " + id;
  const JsonValue* old = before.find("attributes");
  for (const auto& [flag, name] : attributes()) {
    bool is_touched = invocation.has(flag);
    for (const std::string& cleared : invocation.all("--clear"))
      is_touched = is_touched || cleared == name;
    if (!is_touched) continue;
    const auto value = old == nullptr ? std::nullopt : value_at(*old, name);
    set += value ? std::string(" ") + flag + " '" + *value + "'" : std::string(" --clear ") + name;
  }
  return set;
}

int edit(Context& context) {
  const std::string item = context.invocation.required("ITEM");
  JsonWriter json;
  json.begin_object();
  write_given(json, context.invocation, attributes());
  for (const std::string& name : context.invocation.all("--clear"))
    json.key(name).null();
  json.end_object();
  const std::string body = std::move(json).text();
  if (body == "{}") throw Problem(kUsage, "nothing to change was given", "muster item edit --help");
  const Answer before = context.api().get({"items", item});
  const std::string id = id_of(before.body, item);
  const std::string name = name_of(before.body, item);
  const auto answer = change(context, "change " + name + " (id " + id + ") to " + body, "PATCH",
                             {"items", id}, body, {}, before.etag);
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line("changed " + name_of(answer->body, name) + ", id " + id);
  context.remark("undo: " + undo_of(before.body, id, context.invocation));
  return kDone;
}

int set_archived(Context& context, bool archived) {
  const std::string item = context.invocation.required("ITEM");
  const std::string verb = archived ? "archive" : "unarchive";
  const JsonValue before = context.api().get({"items", item}).body;
  const std::string id = id_of(before, item);
  const std::string name = name_of(before, item);
  const auto answer =
      change(context, verb + ' ' + name + " (id " + id + ")", "POST", {"items", id, verb});
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line(verb + "d " + name + ", id " + id);
  context.remark("undo: muster item " + std::string(archived ? "unarchive " : "archive ") + id);
  return kDone;
}

int archive(Context& context) {
  return set_archived(context, true);
}
int unarchive(Context& context) {
  return set_archived(context, false);
}

int purge(Context& context) {
  const std::string item = context.invocation.required("ITEM");
  const JsonValue before = context.api().get({"items", item}).body;
  const std::string id = id_of(before, item);
  const std::string name = name_of(before, item);
  if (!context.is_dry_run()) {
    context.confirm_by_name(
        "Purge " + name + " (id " + id + "): its facts and history are deleted for ever.", name);
  }
  const auto answer =
      change(context, "purge " + name + " (id " + id + "), its facts and its history, for ever",
             "DELETE", {"items", id}, {}, {{"confirm", name}});
  if (!answer) return kDone;
  context.out.line("purged " + name + ", id " + id + "; this cannot be undone");
  return kDone;
}

}  // namespace

std::vector<CommandSpec> item_commands() {
  std::vector<OptionSpec> edits = attribute_options();
  edits.insert(edits.begin(), {"--name", "NAME", "what people call it"});
  edits.push_back({"--clear",
                   "FIELD",
                   "remove what was entered (may be repeated)",
                   {"name", "class", "owner", "location", "lifecycle", "note"}});
  return {
      {"item create",
       "enter an item by hand",
       {{"NAME"}},
       attribute_options(),
       {"muster item create prn-3 --class hardware.printer --location 'room 12'"},
       create},
      {"item edit",
       "change what people know of an item",
       {{"ITEM"}},
       edits,
       {"muster item edit lap-0421 --owner novak --lifecycle in_use",
        "muster item edit lap-0421 --clear owner"},
       edit},
      {"item archive", "out of the lists; nothing is deleted", {{"ITEM"}}, {}, {}, archive},
      {"item unarchive", "back into the lists", {{"ITEM"}}, {}, {}, unarchive},
      {"item purge",
       "delete an item and its history for ever",
       {{"ITEM"}},
       {{"--confirm", "NAME", "the item's name, in place of typing it"}},
       {"muster item purge old-lap --confirm old-lap"},
       purge},
  };
}

}  // namespace muster::cli
