// SPDX-License-Identifier: Apache-2.0
// show ITEM: what a technician wants to see first, on one screen (the rows of a section are in
// show_section.cpp).
#include "common/support/text.h"
#include "server/cli/commands/change_text.h"
#include "server/cli/commands/commands.h"
#include "server/cli/commands/show_section.h"
#include "server/cli/shell_command.h"

namespace muster::cli {
namespace {

constexpr const char* kLatestChanges = "3";
constexpr const char* kMostTickets = "10";

std::string joined(std::initializer_list<std::optional<std::string>> parts, const char* between) {
  std::string text;
  for (const auto& part : parts) {
    if (part && !part->empty()) text += (text.empty() ? "" : between) + *part;
  }
  return text;
}

// {"model":"...","cores":8} or "..." or a number of them.
std::optional<std::string> short_text(const JsonValue& object, const char* name) {
  const JsonValue* value = object.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->object() == nullptr) return plain_text(*value);
  std::string text;
  for (const auto& [key, each] : *value->object())
    text += (text.empty() ? "" : ", ") +
            (each.text() != nullptr ? *each.text() : key + ' ' + plain_text(each));
  return text;
}

std::string addresses_of(const JsonValue& item) {
  std::string text;
  for (const JsonValue& each : array_at(item, "addresses")) {
    const std::string address =
        each.text() != nullptr ? *each.text() : each.text_at("address").value_or("");
    if (!address.empty()) text += (text.empty() ? "" : ", ") + address;
  }
  return text.empty() ? value_at(item, "addresses").value_or("") : text;
}

void write_heading(Context& context, const JsonValue& item) {
  const std::string name = item.text_at("name").value_or("?");
  std::string heading = name;
  if (const auto id = item.integer_at("item_id")) heading += "   id " + std::to_string(*id);
  if (const auto kind = item.text_at("class")) heading += "   " + *kind;
  context.out.sentence(heading, Tone::kStrong);
  if (const auto at = instant_at(item, "at"))
    context.out.line("as it was on " + context.out.time(*at) + ", not as it is now",
                     Tone::kWarning);
  if (item.boolean_at("archived").value_or(false))
    context.out.line(
        "archived (undo: " + ShellCommand("muster item unarchive").argument(name).text() + ")",
        Tone::kWarning);
}

// What changes all the time, as it was at the last report. Of a machine that no longer reports it
// is said when that was: nobody is to take "memory free" for that of now.
void add_readings(Context& context, Facts& facts, const JsonValue& item) {
  const JsonValue* vitals = item.find("vitals");
  if (vitals == nullptr || vitals->object() == nullptr) return;
  const auto seen = instant_at(item, "seen_at");
  if (seen && item.text_at("state") != "reporting") {
    facts.add("readings", "of " + context.out.time(*seen) + ", " + context.out.time_or_age(*seen),
              Tone::kWarning);
  }
  if (const auto seconds = vitals->integer_at("uptime_seconds"))
    facts.add("up", duration(*seconds * 1000));
  facts.add("memory free", *vitals, "memory_available_bytes", Kind::kBytes);
  facts.add("logged on", *vitals, "logged_on_users");
  for (const JsonValue& each : array_at(*vitals, "filesystems")) {
    const auto mount = each.text_at("mount_point");
    if (mount) facts.add("free on " + *mount, each, "available_bytes", Kind::kBytes);
  }
}

void write_facts(Context& context, const JsonValue& item) {
  Facts facts(context);
  std::string state = item.text_at("state").value_or("");
  if (state == "none") state.clear();  // nothing reports for it
  const auto seen = instant_at(item, "seen_at");
  if (!state.empty() || seen) {
    facts.add("state", joined({state, seen ? "seen " + context.out.time_or_age(*seen) : ""}, ", "),
              tone_of(state));
  }
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) facts.add(name, value);
  };
  const auto text = [&](const char* name) { return short_text(item, name); };
  add("system", joined({text("os"), text("kernel_release")}, ", kernel "));
  const auto maker = text("manufacturer");
  const auto model = text("model");
  // "HP" makes the "HP EliteBook 840".
  const bool is_said = maker && model && lower_ascii(*model).starts_with(lower_ascii(*maker));
  add("model", joined({is_said ? std::nullopt : maker, model}, " "));
  add("serial number", text("serial_number").value_or(""));
  add("cpu", text("cpu").value_or(""));
  facts.add("memory", item, "memory_bytes", Kind::kBytes);
  add("addresses", addresses_of(item));
  const JsonValue* attributes = item.find("attributes");
  for (const char* name : {"owner", "location", "lifecycle", "note"}) {
    const JsonValue* value = attributes == nullptr ? nullptr : attributes->find(name);
    const auto shown = attributes == nullptr ? std::nullopt : value_at(*attributes, name);
    if (!shown) continue;
    const auto since = instant_at(*value, "since");
    const auto actor = value->text_at("actor");
    std::string from;
    if (since) from = "since " + context.out.time(*since) + (actor ? ", by " + *actor : "");
    facts.add(name, *shown + (from.empty() ? "" : "   (" + from + ")"));
  }
  if (const JsonValue* agent = item.find("agent"); agent != nullptr && agent->object() != nullptr) {
    const auto address = agent->text_at("address");
    add("agent", joined({short_text(*agent, "version"), address ? "from " + *address : ""}, ", "));
  }
  add_readings(context, facts, item);
  facts.write();
}

void write_sections(Context& context, const JsonValue& item) {
  Table table;
  table.headings = {"section", "rows", "status", "last good", "remark"};
  table.is_number = {false, true, false, false, false};
  table.giving = {{Fit::kWhole}, {Fit::kWhole}, {Fit::kWhole}, {Fit::kWhole}, {Fit::kWords, 0, 20}};
  for (const JsonValue& section : array_at(item, "sections")) {
    const std::string status = section.text_at("status").value_or("unknown");
    const bool stale = section.boolean_at("stale").value_or(false);
    std::string remark = section.text_at("reason").value_or("");
    if (stale) remark = "stale, the last rows are shown" + (remark.empty() ? "" : ": " + remark);
    const Tone tone = stale && tone_of(status) == Tone::kPlain ? Tone::kWarning : tone_of(status);
    table.rows.push_back({{section.text_at("section").value_or("?")},
                          {std::to_string(section.integer_at("rows").value_or(0))},
                          {status, tone},
                          context.out.cell(section.find("ok_at"), Kind::kAge, "-"),
                          {remark, tone}});
  }
  if (table.rows.empty()) {
    context.out.line("no inventory: no agent has reported for this item", Tone::kUnknown);
    return;
  }
  context.out.table(table, true);
}

void write_latest(Context& context, const std::string& id, Parameters points) {
  points.emplace_back("limit", kLatestChanges);
  const JsonValue answer = context.api().get({"items", id, "changes"}, points).body;
  context.out.line("");
  const JsonValue::Array noted = with_notes(answer, array_at(answer, "data"));
  if (noted.empty()) {
    context.out.line("no observed change yet");
    return;
  }
  context.out.line("last changes", Tone::kStrong);
  write_changes(context, noted, false);
}

void write_tickets(Context& context, const JsonValue& item, const std::string& id) {
  // Those of today have no place on a page of the past.
  if (item.integer_at("open_tickets").value_or(0) == 0 || item.find("at") != nullptr) return;
  context.out.line("");
  context.out.line("open tickets", Tone::kStrong);
  Table table;
  table.headings = {"ticket", "state", "title", "requester", "began"};
  table.giving = {
      {Fit::kWhole}, {Fit::kWhole}, {Fit::kWords, 0, 24}, {Fit::kWhole, 2}, {Fit::kWhole, 1}};
  const Answer answer =
      context.api().get({"tickets"}, {{"item", id}, {"state", "open"}, {"limit", kMostTickets}});
  for (const JsonValue& ticket : array_at(answer.body, "data")) {
    table.rows.push_back({{ticket.text_at("number").value_or("?")},
                          {ticket.text_at("state").value_or("")},
                          {ticket.text_at("title").value_or("")},
                          {ticket.text_at("requester").value_or("")},
                          context.out.cell(ticket.find("began_at"), Kind::kAge, "")});
  }
  context.out.table(table, false);
}

const std::vector<Column>& page_columns() {
  static const std::vector<Column> kColumns = {{"item_id", Kind::kNumber},
                                               {"name"},
                                               {"class"},
                                               {"state"},
                                               {"seen_at", Kind::kTime},
                                               {"os"},
                                               {"manufacturer"},
                                               {"model"},
                                               {"serial_number"},
                                               {"cpu"},
                                               {"memory_bytes", Kind::kBytes},
                                               {"addresses"}};
  return kColumns;
}

int show_item(Context& context) {
  if (context.out.list_columns(page_columns())) return kDone;
  const std::string name = context.invocation.required("ITEM");
  const Parameters points = context.points();
  const JsonValue item = context.api().get({"items", name}, points).body;
  // Columns that were asked for are a row, not a page.
  if (context.out.is_text() && context.out.options().columns) {
    context.out.list(page_columns(), item, {item});
    return kDone;
  }
  if (context.out.object(item, page_columns())) return kDone;
  // By its number from here on: a name may come to mean another item.
  const auto number = item.integer_at("item_id");
  const std::string id = number ? std::to_string(*number) : name;
  write_heading(context, item);
  write_facts(context, item);
  const auto& not_kept = array_at(item, "not_kept");
  if (!not_kept.empty()) {
    context.out.sentence("not kept of the past: " + plain_text(JsonValue(not_kept)),
                         Tone::kUnknown);
  }
  context.out.line("");
  write_sections(context, item);
  write_latest(context, id, points);
  write_tickets(context, item, id);
  return kDone;
}

int run_show(Context& context) {
  return context.invocation.has("--section") ? show_section(context) : show_item(context);
}

}  // namespace

std::vector<Command> show_commands() {
  return {{{"show",
            "one item: facts, sections, last changes, open tickets",
            {{"ITEM"}},
            {{"--section", "NAME", "the rows of one section"},
             {"--at", "T", "as it was at that time"},
             {"--known-at", "T", "as it was known at that time"}},
            {"muster show lap-0421", "muster show lap-0421 --section packages --all",
             "muster show 5CG1234X9Q --at yesterday --json"}},
           run_show}};
}

}  // namespace muster::cli
