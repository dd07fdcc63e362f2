// SPDX-License-Identifier: Apache-2.0
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

const std::vector<Column>& columns() {
  static const std::vector<Column> kColumns = {{"section", Kind::kName},
                                               {"difference", Kind::kName},
                                               {"label"},
                                               {"field", Kind::kText, true, ""},
                                               {"a", Kind::kText, true, "-"},
                                               {"b", Kind::kText, true, "-"},
                                               {"values", Kind::kText, true, ""}};
  return kColumns;
}

std::string label_of(const JsonValue& row) {
  for (const char* name : {"label", "key", "name"}) {
    if (const JsonValue* value = row.find(name)) return plain_text(*value);
  }
  return row.dump();
}

// What one side has and the other has not: in few words as the value of that side, and in full.
JsonValue one_sided(const JsonValue& section, const char* side, const JsonValue& row) {
  JsonValue::Object entry;
  entry.emplace_back("section", section);
  entry.emplace_back("difference", JsonValue(std::string("only_") + side));
  entry.emplace_back("label", JsonValue(label_of(row)));
  const std::string summary = row.text_at("summary").value_or("");
  entry.emplace_back(side, JsonValue(summary.empty() ? "there" : summary));
  if (const JsonValue* values = row.find("values")) entry.emplace_back("values", *values);
  return JsonValue(std::move(entry));
}

// One flat object a difference, as a table, --csv and --jsonl want them.
JsonValue::Array differences(const JsonValue& answer) {
  JsonValue::Array all;
  for (const JsonValue& section : array_at(answer, "sections")) {
    const JsonValue name(section.text_at("section").value_or("?"));
    for (const JsonValue& row : array_at(section, "only_a"))
      all.emplace_back(one_sided(name, "a", row));
    for (const JsonValue& row : array_at(section, "only_b"))
      all.emplace_back(one_sided(name, "b", row));
    for (const JsonValue& row : array_at(section, "different")) {
      for (const JsonValue& field : array_at(row, "fields")) {
        JsonValue::Object entry;
        entry.emplace_back("section", name);
        entry.emplace_back("difference", JsonValue(std::string("different")));
        entry.emplace_back("label", JsonValue(label_of(row)));
        for (const auto& [member, value] : *field.object())
          entry.emplace_back(member, value);
        all.emplace_back(std::move(entry));
      }
    }
  }
  return all;
}

std::string side_name(Context& context, const JsonValue& answer, const char* side,
                      const std::string& typed) {
  const JsonValue* object = answer.find(side);
  if (object == nullptr) return typed;
  std::string text = object->text_at("name").value_or(typed);
  if (const auto at = instant_at(*object, "at")) text += ", " + context.out.time(*at);
  return text;
}

// For a person: what differs, and what each of the two has, below its name.
void write_table(Context& context, const JsonValue::Array& all, const std::string& a,
                 const std::string& b) {
  Table table;
  table.headings = {"section", "what", a, b};
  table.giving = {
      {Fit::kWhole, 0, 12}, {Fit::kWhole, 0, 16}, {Fit::kWords, 0, 14}, {Fit::kWords, 0, 14}};
  for (const JsonValue& entry : all) {
    const std::string field = entry.text_at("field").value_or("");
    const auto side = [&](const char* name) {
      const JsonValue* value = entry.find(name);
      return context.out.cell(value, kind_of_field(field), "-");
    };
    std::string what = entry.text_at("label").value_or("");
    // The version is what one compares of a package; everything else is named.
    if (!field.empty() && field != "version") what += (what.empty() ? "" : " ") + field;
    table.rows.push_back({{entry.text_at("section").value_or("")}, {what}, side("a"), side("b")});
  }
  context.out.table(table, true);
}

void say_result(Context& context, const JsonValue& answer, std::size_t differences) {
  std::int64_t same = 0;
  bool is_whole = array_at(answer, "left_out").empty();
  for (const JsonValue& section : array_at(answer, "sections")) {
    same += section.integer_at("same").value_or(0);
    const auto why = section.text_at("not_compared");
    is_whole = is_whole && !why;
    const std::string name = section.text_at("section").value_or("?");
    if (why) context.remark(name + " was not compared: " + *why);
    for (const JsonValue& side : array_at(section, "incomplete")) {
      is_whole = false;
      const JsonValue* object = answer.find(plain_text(side));
      const auto whose = object == nullptr ? std::nullopt : object->text_at("name");
      context.remark(name + ": not all is known of " + whose.value_or(plain_text(side)) +
                     "; what only the other has may be there as well");
    }
  }
  say_left_out(context, answer);
  context.remark(differences == 0
                     ? (is_whole ? "no difference; " : "no difference in what was compared; ") +
                           with_thousands(same) + " rows are the same"
                     : with_thousands(static_cast<std::int64_t>(differences)) +
                           (differences == 1 ? " difference; " : " differences; ") +
                           with_thousands(same) + " rows are the same");
  if (!answer.boolean_at("identity").value_or(true))
    context.remark(
        "left out: names, serial numbers, addresses, tags, times; --identity shows them");
}

int compare(Context& context) {
  const std::string a = context.invocation.required("A");
  const std::string b = context.invocation.required("B");
  Parameters parameters = {{"a", a}, {"b", b}};
  context.add_time(parameters, "a_at", "--a-at");
  context.add_time(parameters, "b_at", "--b-at");
  context.add_text(parameters, "section", "--section");
  if (context.invocation.has("--identity")) parameters.emplace_back("identity", "true");
  if (context.out.list_columns(columns())) return kDone;
  context.out.chosen(columns());
  const JsonValue answer = context.api().get({"compare"}, parameters).body;
  const JsonValue::Array all = differences(answer);
  const int code = context.invocation.has("--exit-code") && !all.empty() ? kDiffers : kDone;
  if (context.out.options().format == Format::kJson) {
    context.out.object(answer);
    return code;
  }
  if (all.empty()) {
    // Nothing but the remark.
  } else if (context.out.is_terminal() && !context.out.options().columns) {
    write_table(context, all, side_name(context, answer, "a", a),
                side_name(context, answer, "b", b));
  } else {
    context.out.list(columns(), answer, all);
  }
  say_result(context, answer, all.size());
  return code;
}

}  // namespace

std::vector<Command> compare_commands() {
  return {
      {{"compare",
        "the differences of two items, or of one at two times",
        {{"A"}, {"B"}},
        {{"--a-at", "T", "A as it was at that time"},
         {"--b-at", "T", "B as it was at that time"},
         {"--section", "NAME", "only this section"},
         {"--identity", "", "also what no two machines share: serial numbers, names, ..."},
         {"--exit-code", "", "exit with 1 when they differ"}},
        {"muster compare lap-0421 lap-0422", "muster compare lap-0421 lap-0421 --a-at yesterday",
         "muster compare web-1 web-2 --section packages --exit-code"}},
       compare}};
}

}  // namespace muster::cli
