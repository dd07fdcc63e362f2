// SPDX-License-Identifier: Apache-2.0
#include "common/support/text.h"
#include "server/cli/commands/commands.h"
#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

int list_agents(Context& context) {
  static const std::vector<Column> kColumns = {
      {"item_name", Kind::kName, true, "-", "item", Giving{Fit::kWhole, 0, 16}},
      {"state", Kind::kState},
      {"reported_at", Kind::kAge, true, "never", "reported"},
      {"agent_version", Kind::kName, true, "-", "version", Giving{Fit::kWhole, 0, 8}},
      {"address", Kind::kName, true, "-", "", Giving{Fit::kWhole, 2, 15}},
      {"agent_id", Kind::kName, true, "-", "", Giving{Fit::kWhole, 3}},
      {"item_id", Kind::kNumber, false, "-"},
      {"certificate_until", Kind::kTime, false, "-"},
      {"enrolled_at", Kind::kTime, false},
      {"enrolled_with", Kind::kText, false, "-"},
      {"enrolled_from", Kind::kText, false, "-"},
      {"state_changed_at", Kind::kTime, false},
      {"state_changed_by", Kind::kText, false},
      {"state_reason", Kind::kText, false, "-"},
      {"interval_s", Kind::kNumber, false, "-"},
  };
  Parameters parameters;
  context.add_text(parameters, "state", "--state");
  return show_list(context, {"agents"}, parameters, kColumns);
}

int waiting(Context& context) {
  static const std::vector<Column> kColumns = {
      {"agent_id", Kind::kName},
      {"address", Kind::kName},
      {"last_seen_at", Kind::kAge, true, "unknown", "last seen"},
      {"first_seen_at", Kind::kAge, true, "unknown", "first seen", Giving{Fit::kWhole, 1}},
      {"serial", Kind::kName, true, "unknown", "certificate", Giving{Fit::kWhole, 3}},
      {"not_after", Kind::kTime, true, "unknown", "valid until", Giving{Fit::kWhole, 2}},
  };
  return show_whole_list(context, {"agents", "waiting"}, kColumns);
}

// An agent is named by its id, or by the item it reports for.
std::string agent_id_of(Context& context, const std::string& name) {
  if (is_uuid(lower_ascii(name))) return lower_ascii(name);
  const JsonValue item = context.api().get({"items", name}).body;
  const JsonValue* agent = item.find("agent");
  const auto id = agent == nullptr ? std::nullopt : agent->text_at("agent_id");
  if (!id) throw Problem(kNotFound, "no agent reports for " + name, "muster agent list");
  return *id;
}

void write_agent(Context& context, const JsonValue& agent) {
  Facts facts(context);
  facts.add("agent", agent, "agent_id");
  facts.add("state", agent, "state", Kind::kState);
  facts.add("since", agent, "state_changed_at", Kind::kTime);
  facts.add("by", agent, "state_changed_by");
  facts.add("reason", agent, "state_reason");
  const auto item = agent.text_at("item_name");
  const auto number = agent.integer_at("item_id");
  if (number) facts.add("item", (item ? *item + "   id " : "id ") + std::to_string(*number));
  facts.add("version", agent, "agent_version");
  facts.add("last report", agent, "reported_at", Kind::kAge);
  facts.add("address", agent, "address");
  facts.add("enrolled", agent, "enrolled_at", Kind::kTime);
  facts.add("with token", agent, "enrolled_with");
  facts.add("from", agent, "enrolled_from");
  facts.add("certificate until", agent, "certificate_until", Kind::kTime);
  facts.write();
}

int show_agent(Context& context) {
  const std::string id = agent_id_of(context, context.invocation.required("AGENT"));
  const JsonValue agent = context.api().get({"agents", id}).body;
  if (!context.out.object(agent)) write_agent(context, agent);
  return kDone;
}

int revoke_agent(Context& context) {
  const std::string name = context.invocation.required("AGENT");
  const auto reason = context.invocation.text("--reason");
  if (!reason)
    throw Problem(kUsage, "--reason is missing: it goes into the audit log",
                  ShellCommand("muster agent revoke")
                      .argument(name)
                      .flag("--reason", "laptop stolen")
                      .text());
  const std::string id = agent_id_of(context, name);
  const std::string shown = id == name ? id : name + " (" + id + ")";
  if (!context.is_dry_run()) context.confirm("Revoke agent " + shown + "?");
  JsonWriter json;
  json.begin_object().member("reason", *reason).end_object();
  const auto answer = change(context, "revoke agent " + shown, "POST", {"agents", id, "revoke"},
                             std::move(json).text());
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line("revoked agent " + shown + ": its next request is refused");
  context.remark("no undo: the machine joins again with a new code (muster join-token create)");
  return kDone;
}

int approve(Context& context) {
  const std::string id = context.invocation.required("AGENT_ID");
  if (!context.is_dry_run())
    context.confirm("Let agent " + id + " report again with its present certificate?");
  const auto answer =
      change(context, "approve agent " + id, "POST", {"agents", id, "approve"}, "{}");
  if (!answer || context.out.object(answer->body)) return kDone;
  context.out.line("approved agent " + id);
  context.remark(
      "no undo: it does not wait again; to cut it off: " +
      ShellCommand("muster agent revoke").argument(id).flag("--reason", "not approved").text());
  return kDone;
}

}  // namespace

std::vector<Command> agent_commands() {
  return {
      {{"agent list",
        "enrolled agents",
        {},
        {{"--state", "STATE", "active, revoked, superseded"}},
        {"muster agent list --state active --columns item_name,agent_id,reported_at"}},
       list_agents},
      {{"agent show", "one agent, by its id or its item", {{"AGENT"}}, {}, {}}, show_agent},
      {{"agent revoke",
        "cut a machine off at once",
        {{"AGENT"}},
        {{"--reason", "TEXT", "why, for the audit log"}},
        {"muster agent revoke lap-0421 --reason 'laptop stolen'"}},
       revoke_agent},
      {{"agent waiting", "agents that wait for approval after a restore", {}, {}, {}}, waiting},
      {{"agent approve", "let a waiting agent report", {{"AGENT_ID"}}, {}, {}}, approve},
  };
}

}  // namespace muster::cli
