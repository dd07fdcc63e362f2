// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns = {{"section"},
                                               {"difference"},
                                               {"label"},
                                               {"field", Kind::kText, true, ""},
                                               {"a", Kind::kText, true, "-"},
                                               {"b", Kind::kText, true, "-"}};
  return kColumns;
}

std::string label_of(const JsonValue& row) {
  for (const char* name : {"label", "key", "name"}) {
    if (const JsonValue* value = row.find(name)) return plain_text(*value);
  }
  return row.dump();
}

// One flat object a difference, as a table, --csv and --jsonl want them.
JsonValue::Array differences(const JsonValue& answer) {
  JsonValue::Array all;
  for (const JsonValue& section : array_at(answer, "sections")) {
    const JsonValue name(section.text_at("section").value_or("?"));
    const auto add = [&](const char* difference, const JsonValue& row) {
      JsonValue::Object entry;
      entry.emplace_back("section", name);
      entry.emplace_back("difference", JsonValue(std::string(difference)));
      entry.emplace_back("label", JsonValue(label_of(row)));
      return entry;
    };
    for (const JsonValue& row : array_at(section, "only_a"))
      all.emplace_back(add("only_a", row));
    for (const JsonValue& row : array_at(section, "only_b"))
      all.emplace_back(add("only_b", row));
    for (const JsonValue& row : array_at(section, "different")) {
      for (const JsonValue& field : array_at(row, "fields")) {
        JsonValue::Object entry = add("different", row);
        for (const auto& [member, value] : *field.object())
          entry.emplace_back(member, value);
        all.emplace_back(std::move(entry));
      }
    }
  }
  return all;
}

std::string side_text(Context& context, const char* side, const std::string& typed,
                      const JsonValue& answer) {
  std::string text = std::string(side) + ": " + typed;
  const JsonValue* object = answer.find(side);
  if (object == nullptr) return text;
  if (const auto name = object->text_at("name"); name && *name != typed) text += " (" + *name + ")";
  if (const auto at = instant_at(*object, "at")) text += ", " + context.out.time(*at);
  return text;
}

int compare(Context& context) {
  const std::string a = context.invocation.required("A");
  const std::string b = context.invocation.required("B");
  Parameters parameters = {{"a", a}, {"b", b}};
  context.add_time(parameters, "a_at", "--a-at");
  context.add_time(parameters, "b_at", "--b-at");
  context.add_text(parameters, "section", "--section");
  if (context.out.list_columns(columns())) return kDone;
  context.out.chosen(columns());
  const JsonValue answer = context.api().get({"compare"}, parameters).body;
  const JsonValue::Array all = differences(answer);
  const int code = context.invocation.has("--exit-code") && !all.empty() ? kDiffers : kDone;
  if (context.out.options().format == Format::kJson) {
    context.out.object(answer);
    return code;
  }
  if (context.out.is_terminal()) {
    context.out.line(side_text(context, "a", a, answer));
    context.out.line(side_text(context, "b", b, answer));
  }
  if (!all.empty()) context.out.list(columns(), answer, all);
  std::int64_t same = 0;
  bool is_whole = true;
  for (const JsonValue& section : array_at(answer, "sections")) {
    same += section.integer_at("same").value_or(0);
    const auto why = section.text_at("not_compared");
    is_whole = is_whole && !why;
    if (why)
      context.remark(section.text_at("section").value_or("?") + " was not compared: " + *why);
  }
  context.remark(all.empty()
                     ? (is_whole ? "no difference; " : "no difference in what was compared; ") +
                           with_thousands(same) + " rows are the same"
                     : with_thousands(static_cast<std::int64_t>(all.size())) + " differences; " +
                           with_thousands(same) + " rows are the same");
  return code;
}

}  // namespace

std::vector<CommandSpec> compare_commands() {
  return {{"compare",
           "the differences of two items, or of one at two times",
           {{"A"}, {"B"}},
           {{"--a-at", "T", "A as it was at that time"},
            {"--b-at", "T", "B as it was at that time"},
            {"--section", "NAME", "only this section"},
            {"--exit-code", "", "exit with 1 when they differ"}},
           {"muster compare lap-0421 lap-0422", "muster compare lap-0421 lap-0421 --a-at yesterday",
            "muster compare web-1 web-2 --section packages --exit-code"},
           compare}};
}

}  // namespace muster::cli
