// SPDX-License-Identifier: Apache-2.0
// fields [SECTION]: what a query can ask about.
#include "common/support/suggest.h"
#include "server/cli/commands/commands.h"

namespace muster::cli {
namespace {

std::string section_of(const std::string& field) {
  const std::size_t dot = field.find('.');
  return dot == std::string::npos ? std::string() : field.substr(0, dot);
}

int fields(Context& context) {
  static const std::vector<Column> kColumns = {
      {"name"},
      {"type"},
      {"unit", Kind::kText, true, "-"},
      {"meaning"},
      {"values", Kind::kText, false, "-"},
      {"source", Kind::kText, false, "-"},
  };
  if (context.out.list_columns(kColumns)) return kDone;
  const auto wanted = context.invocation.text("SECTION");
  if (wanted == "class") return show_whole_list(context, {"classes"}, {{"name"}, {"meaning"}});
  const List list = context.api().whole_list({"query", "fields"});
  JsonValue::Array chosen;
  std::vector<std::string> sections;
  for (const JsonValue& field : list.rows) {
    const std::string name = field.text_at("name").value_or("");
    const std::string section = section_of(name);
    if (!section.empty() && (sections.empty() || sections.back() != section))
      sections.push_back(section);
    // Without a section: the fields of the item itself, which fit a screen.
    const bool fits = wanted ? section == *wanted || name == *wanted : section.empty();
    if (fits || (context.invocation.has("--all") && !wanted)) chosen.push_back(field);
  }
  if (wanted && chosen.empty()) {
    throw Problem(kNotFound, "there is no section or field " + *wanted,
                  suggestion(*wanted, sections, "muster fields --all"));
  }
  context.out.list(kColumns, list.first, chosen);
  if (!wanted && context.out.is_text()) {
    std::string all;
    for (const std::string& section : sections)
      all += (all.empty() ? "" : ", ") + section;
    context.remark("sections: " + all + " (muster fields SECTION; as SECTION.FIELD in a query)");
  }
  return kDone;
}

}  // namespace

std::vector<Command> fields_commands() {
  return {{{"fields",
            "what a query can ask about",
            {{"SECTION", Count::kOptional}},
            {},
            {"muster fields", "muster fields packages", "muster fields class"}},
           fields}};
}

}  // namespace muster::cli
