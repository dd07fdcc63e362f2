// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/commands.h"

#include <iterator>

namespace muster::cli {

const std::vector<Command>& all_commands() {
  static const std::vector<Command> kCommands = [] {
    std::vector<Command> all;
    for (auto* const group :
         {session_commands, items_commands, show_commands, changes_commands, compare_commands,
          ticket_view_commands, ticket_commands, item_commands, join_token_commands, agent_commands,
          user_commands, token_commands, audit_commands, fields_commands}) {
      std::vector<Command> some = group();
      all.insert(all.end(), std::make_move_iterator(some.begin()),
                 std::make_move_iterator(some.end()));
    }
    return all;
  }();
  return kCommands;
}

int show_list(Context& context, const std::vector<std::string>& segments,
              const Parameters& parameters, const std::vector<Column>& columns) {
  if (context.out.list_columns(columns)) return kDone;
  context.out.chosen(columns);  // a wrong name is said before anything is asked
  const List list = context.api().list(segments, parameters, context.limit());
  context.out.list(columns, list.first, list.rows);
  context.say_cut(list);
  if (list.rows.empty()) context.remark("none");
  return kDone;
}

int show_whole_list(Context& context, const std::vector<std::string>& segments,
                    const std::vector<Column>& columns) {
  if (context.out.list_columns(columns)) return kDone;
  context.out.chosen(columns);
  const List list = context.api().whole_list(segments);
  context.out.list(columns, list.first, list.rows);
  if (list.rows.empty()) context.remark("none");
  return kDone;
}

void add_span(Context& context, Parameters& parameters) {
  const auto from = context.time("--from");
  const auto to = context.time("--to");
  if (from && to && *from >= *to) {
    throw Problem(kUsage, "nothing lies between --from and --to: " + context.out.time(*from) +
                              " is not before " + context.out.time(*to));
  }
  if (from) parameters.emplace_back("from", to_rfc3339(*from));
  if (to) parameters.emplace_back("to", to_rfc3339(*to));
}

void say_left_out(Context& context, const JsonValue& answer) {
  for (const JsonValue& section : array_at(answer, "left_out"))
    context.remark(plain_text(section) + ": not shown, personal (needs read_personal)");
}

Kind kind_of_field(std::string_view field) {
  if (field.ends_with("_bytes")) return Kind::kBytes;
  if (field.ends_with("_at")) return Kind::kTime;
  return Kind::kText;
}

std::optional<Answer> change(Context& context, const std::string& what, const std::string& method,
                             const std::vector<std::string>& segments, const std::string& body,
                             const Parameters& parameters, const std::string& etag) {
  if (context.is_dry_run()) {
    context.out.line("would " + what + "; nothing was done");
    return std::nullopt;
  }
  Headers headers;
  if (!etag.empty()) headers.emplace_back("If-Match", etag);
  return context.api().send(method, segments, body, parameters, headers);
}

void Facts::add(const std::string& name, const std::string& value, Tone tone) {
  table_.rows.push_back({Cell{name, Tone::kStrong}, Cell{value, tone}});
}

void Facts::add(const std::string& name, const JsonValue& object, const std::string& member,
                Kind kind) {
  const JsonValue* value = object.find(member);
  if (value == nullptr || value->is_null()) return;
  const Cell cell = context_.out.fact(*value, kind);
  add(name, cell.text, cell.tone);
}

void Facts::write() {
  table_.giving = {{Fit::kWhole}, {Fit::kWords}};
  context_.out.table(table_, false);
  table_.rows.clear();
}

std::optional<std::string> value_at(const JsonValue& object, std::string_view name) {
  const JsonValue* value = object.find(name);
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->object() != nullptr) return value->text_at("value");
  return plain_text(*value);
}

const JsonValue::Array& array_at(const JsonValue& object, std::string_view name) {
  static const JsonValue::Array kNone;
  const JsonValue* value = object.find(name);
  return value == nullptr || value->array() == nullptr ? kNone : *value->array();
}

void write_given(JsonWriter& json, const Invocation& invocation,
                 const std::vector<std::pair<const char*, const char*>>& flags) {
  for (const auto& [flag, name] : flags) {
    if (const auto value = invocation.text(flag)) json.member(name, *value);
  }
}

}  // namespace muster::cli
