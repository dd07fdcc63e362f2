// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/change_text.h"
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

constexpr std::int64_t kMostHours = 168;
constexpr const char* kNotClosed = "new,in_progress,on_hold,resolved";

int list_tickets(Context& context) {
  static const std::vector<Column> kColumns = {
      {"number", Kind::kName, true, "unknown", "ticket"},
      {"state", Kind::kState},
      {"title", Kind::kText, true, "unknown", "", Giving{Fit::kWords, 0, 24}},
      {"item_names", Kind::kText, true, "-", "items", Giving{Fit::kWords, 0, 12}},
      {"requester", Kind::kName, true, "-", "", Giving{Fit::kWhole, 2}},
      {"assignee", Kind::kName, true, "nobody", "", Giving{Fit::kWhole, 1}},
      {"began_at", Kind::kAge, true, "unknown", "began", Giving{Fit::kWhole, 3}},
      {"ticket_id", Kind::kNumber, false},
      {"type", Kind::kText, false},
      {"created_at", Kind::kTime, false},
      {"created_by", Kind::kText, false},
      {"updated_at", Kind::kAge, false},
      {"resolved_at", Kind::kTime, false, "-"},
      {"resolution", Kind::kText, false, "-"},
  };
  Parameters parameters;
  context.add_text(parameters, "state", "--state");
  // What is closed is done with; whoever wants the whole history asks for it.
  const bool without_closed =
      !context.invocation.has("--state") && !context.invocation.has("--all");
  if (without_closed) parameters.emplace_back("state", kNotClosed);
  context.add_text(parameters, "assignee", "--assignee");
  context.add_text(parameters, "requester", "--requester");
  context.add_text(parameters, "item", "--item");
  std::string text;
  for (const std::string& word : context.invocation.all("TEXT"))
    text += (text.empty() ? "" : " ") + word;
  if (!text.empty()) parameters.emplace_back("q", text);
  if (context.out.list_columns(kColumns)) return kDone;
  const int code = show_list(context, {"tickets"}, parameters, kColumns);
  if (without_closed) context.remark("closed tickets are left out; --all shows them");
  return code;
}

// What the linked items are, as a technician wants to see it beside the ticket.
void write_items(Context& context, const JsonValue& found) {
  Table table;
  table.headings = {"item", "class", "system", "model", "serial", "owner", "seen"};
  table.giving = {{Fit::kWhole, 0, 16}, {Fit::kWhole, 2},     {Fit::kMiddle, 1, 12},
                  {Fit::kEnd, 3, 10},   {Fit::kWhole, 0, 12}, {Fit::kWhole, 0, 10},
                  {Fit::kWhole}};
  for (const JsonValue& item : array_at(found, "items")) {
    const auto cell = [&](const char* name, Kind kind = Kind::kText) {
      const JsonValue* value = item.find(name);
      return value == nullptr ? Cell{"-"} : context.out.cell(value, kind, "-");
    };
    table.rows.push_back({cell("name"), cell("class", Kind::kClass), cell("os", Kind::kSystem),
                          cell("model"), cell("serial_number"), cell("owner"),
                          cell("seen_at", Kind::kAge)});
  }
  if (table.rows.empty()) return;
  context.out.table(table, true);
  context.out.line("");
}

// What was seen to change on the linked items before the trouble began.
void write_context(Context& context, const JsonValue& found) {
  const JsonValue::Array noted = with_notes(found, array_at(found, "data"));
  const auto from = instant_at(found, "from");
  const auto began = instant_at(found, "began_at");
  if (context.out.is_text()) {
    write_items(context, found);
    context.out.sentence(
        "observed before this began" + (from && began ? " (" + context.out.time(*from) + " to " +
                                                            context.out.time(*began) + ")"
                                                      : std::string()),
        Tone::kStrong);
    if (noted.empty()) {
      context.out.line("no observed change on the linked items");
      return;
    }
  }
  write_changes(context, noted, true);
  if (found.boolean_at("is_cut").value_or(false))
    context.remark("there were more changes than these");
  say_left_out(context, found);
}

Parameters hours_of(Context& context) {
  const auto hours = context.invocation.integer("--hours");
  return hours ? Parameters{{"hours", std::to_string(*hours)}} : Parameters{};
}

void write_links(Context& context, const JsonValue& ticket) {
  Table table;
  table.headings = {"item", "id", "role", "linked by", "reason"};
  table.giving = {{Fit::kWhole, 0, 16},
                  {Fit::kWhole},
                  {Fit::kWhole},
                  {Fit::kWhole, 0, 10},
                  {Fit::kWords, 0, 16}};
  for (const JsonValue& link : array_at(ticket, "links")) {
    table.rows.push_back({{link.text_at("item_name").value_or("?")},
                          {std::to_string(link.integer_at("item_id").value_or(0))},
                          {link.text_at("role").value_or("")},
                          {link.text_at("linked_by").value_or("")},
                          {link.text_at("reason").value_or("")}});
  }
  context.out.line("");
  context.out.line(table.rows.empty() ? "no item is linked" : "linked items", Tone::kStrong);
  context.out.table(table, false);
}

void write_notes(Context& context, const JsonValue& ticket) {
  const auto& notes = array_at(ticket, "notes");
  if (notes.empty()) return;
  context.out.line("");
  context.out.line("notes", Tone::kStrong);
  for (const JsonValue& note : notes) {
    const auto at = instant_at(note, "at");
    const std::string kind = note.text_at("kind").value_or("note");
    context.out.line((at ? context.out.time(*at) : "?") + "  " +
                         note.text_at("author").value_or("?") +
                         (kind == "note" ? "" : " (" + kind + ")"),
                     Tone::kUnknown);
    context.out.paragraph(note.text_at("text").value_or(""));
  }
}

int show_ticket(Context& context) {
  const std::string name = context.ticket();
  const JsonValue ticket = context.api().get({"tickets", name}).body;
  if (context.out.object(ticket)) return kDone;
  const std::string number = ticket.text_at("number").value_or(name);
  context.out.sentence(number + "   " + ticket.text_at("title").value_or(""), Tone::kStrong);
  Facts facts(context);
  facts.add("state", ticket, "state", Kind::kState);
  facts.add("requester", ticket, "requester");
  facts.add("assignee", ticket.text_at("assignee").value_or("nobody"));
  facts.add("began", ticket, "began_at", Kind::kTime);
  facts.add("created", ticket, "created_at", Kind::kTime);
  facts.add("resolved", ticket, "resolved_at", Kind::kTime);
  facts.add("resolution", ticket, "resolution");
  facts.write();
  if (const auto text = ticket.text_at("description"); text && !text->empty()) {
    context.out.line("");
    context.out.paragraph(*text);
  }
  write_links(context, ticket);
  write_notes(context, ticket);
  if (array_at(ticket, "links").empty()) return kDone;
  try {
    const JsonValue found = context.api().get({"tickets", name, "context"}).body;
    context.out.line("");
    write_context(context, found);
  } catch (const Problem& problem) {
    // A requester sees the ticket, but not the machines' history.
    if (problem.exit_code != kNotAllowed) throw;
  }
  return kDone;
}

int show_context(Context& context) {
  if (context.out.list_columns(change_columns())) return kDone;
  const JsonValue found =
      context.api().get({"tickets", context.ticket(), "context"}, hours_of(context)).body;
  if (context.out.options().format == Format::kJson) {
    context.out.object(found);
    return kDone;
  }
  write_context(context, found);
  return kDone;
}

}  // namespace

std::vector<Command> ticket_view_commands() {
  return {
      {{"ticket list",
        "tickets but the closed ones, last changed first (--all: closed ones too)",
        {{"TEXT", Count::kOptionalMany}},
        {{"--state", "STATE", "open, new, in_progress, on_hold, resolved, closed; several with ,"},
         {"--assignee", "NAME", "who works on it"},
         {"--requester", "NAME", "who has the trouble"},
         {"--item", "ITEM", "linked to this item"}},
        {"muster ticket list --state open", "muster ticket list printer --item prn-3"}},
       list_tickets},
      {{"ticket show",
        "a ticket, its items and notes, and what changed before it",
        {{"TICKET"}},
        {},
        {"muster ticket show INC-1042"}},
       show_ticket},
      {{"ticket context",
        "what changed on its items before the trouble began",
        {{"TICKET"}},
        {{"--hours", "N", "how far back (default 24)", {}, NumberRange{1, kMostHours}}},
        {"muster ticket context INC-1042 --hours 72"}},
       show_context},
  };
}

}  // namespace muster::cli
