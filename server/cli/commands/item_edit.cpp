// SPDX-License-Identifier: Apache-2.0
// item create, edit, archive, unarchive, purge.
#include <algorithm>

#include "common/support/text.h"
#include "server/cli/commands/commands.h"
#include "server/cli/shell_command.h"

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
      {"--class", "CLASS", "such as laptop (muster fields class lists them)"},
      {"--owner", "NAME", "who has it"},
      {"--location", "PLACE", "where it is"},
      {"--lifecycle", "STATE", "planned, ordered, in_stock, in_use, in_repair, ...", lifecycles()},
      {"--note", "TEXT", "a note in free text"}};
}

std::string name_of(const JsonValue& item, const std::string& otherwise) {
  return item.text_at("name").value_or(otherwise);
}

std::string id_of(const JsonValue& item, const std::string& otherwise) {
  const auto id = item.integer_at("item_id");
  return id ? std::to_string(*id) : otherwise;
}

std::string flag_to_make_one_more(const std::string& name) {
  return ShellCommand("muster item create").argument(name).flag("--force").text();
}

// A second item of a name makes the name useless: every command that says it ends with "ambiguous".
void refuse_twin(Context& context, const std::string& name) {
  JsonValue found;
  try {
    found = context.api().get({"items", name}).body;
  } catch (const Problem& problem) {
    if (problem.exit_code != kAmbiguous) return;  // none, or it is not for us to see
    throw Problem(kConflict, "several items are called " + name + " already; nothing was done",
                  flag_to_make_one_more(name));
  }
  // A number or the end of a serial number is no name.
  bool is_twin = false;
  for (const char* member : {"name", "hostname"}) {
    const auto other = found.text_at(member);
    is_twin = is_twin || (other && lower_ascii(*other) == lower_ascii(name));
  }
  if (!is_twin) return;
  const std::string id = id_of(found, name);
  const bool is_archived = found.boolean_at("archived").value_or(false);
  Problem problem(
      kConflict,
      "an item is called " + name + " already: id " + id + (is_archived ? ", archived" : "") +
          "; nothing was done",
      ShellCommand(is_archived ? "muster item unarchive" : "muster show").argument(id).text());
  problem.details.emplace_back("for another one of that name: " + flag_to_make_one_more(name));
  throw problem;
}

int create(Context& context) {
  const std::string name = context.invocation.required("NAME");
  if (!context.invocation.has("--force")) refuse_twin(context, name);
  JsonWriter json;
  json.begin_object().member("name", name);
  write_given(json, context.invocation, attributes());
  json.end_object();
  const auto answer =
      change(context, "create the item " + name, "POST", {"items"}, std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  const std::string id = id_of(answer->body, name);
  context.out.line("created " + name + ", id " + id);
  context.remark("undo: " + ShellCommand("muster item archive").argument(id).text());
  return kDone;
}

// The command that sets back what people had entered before where the flags touched it.
std::string undo_of(const JsonValue& before, const std::string& id, const Invocation& invocation) {
  ShellCommand undo("muster item edit");
  undo.argument(id);
  const JsonValue* old = before.find("attributes");
  const std::vector<std::string> cleared = invocation.all("--clear");
  for (const auto& [flag, name] : attributes()) {
    if (!invocation.has(flag) && std::find(cleared.begin(), cleared.end(), name) == cleared.end())
      continue;
    const auto value = old == nullptr ? std::nullopt : value_at(*old, name);
    value ? undo.flag(flag, *value) : undo.flag("--clear", name);
  }
  return undo.text();
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
  if (before.boolean_at("archived") == archived) {
    context.out.line(name + ", id " + id + ", was " + verb + "d already");
    return kDone;
  }
  context.out.line(verb + "d " + name + ", id " + id);
  const ShellCommand undo(archived ? "muster item unarchive" : "muster item archive");
  context.remark("undo: " + ShellCommand(undo).argument(id).text());
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

std::vector<Command> item_commands() {
  std::vector<OptionSpec> edits = attribute_options();
  std::vector<OptionSpec> creates = attribute_options();
  creates.push_back({"--force", "", "even when an item of that name exists"});
  edits.insert(edits.begin(), {"--name", "NAME", "what people call it"});
  edits.push_back({"--clear",
                   "FIELD",
                   "remove what was entered (may be repeated)",
                   {"name", "class", "owner", "location", "lifecycle", "note"}});
  return {
      {{"item create",
        "enter an item by hand",
        {{"NAME"}},
        creates,
        {"muster item create prn-3 --class hardware.printer --location 'room 12'"}},
       create},
      {{"item edit",
        "change what people know of an item",
        {{"ITEM"}},
        edits,
        {"muster item edit lap-0421 --owner novak --lifecycle in_use",
         "muster item edit lap-0421 --clear owner"}},
       edit},
      {{"item archive", "out of the lists; nothing is deleted", {{"ITEM"}}, {}, {}}, archive},
      {{"item unarchive", "back into the lists", {{"ITEM"}}, {}, {}}, unarchive},
      {{"item purge",
        "delete an item and its history for ever",
        {{"ITEM"}},
        {{"--confirm", "NAME", "the item's name, in place of typing it"}},
        {"muster item purge old-lap --confirm old-lap"}},
       purge},
  };
}

}  // namespace muster::cli
