// SPDX-License-Identifier: Apache-2.0
// muster-agent sections: what is collected, how often, why and from where; all of it from the
// declarations.
#include <algorithm>
#include <ostream>

#include "agent/commands/commands.h"
#include "common/inventory/schema.h"
#include "common/json/write.h"

namespace muster::agent::commands {
namespace {

using inventory::FieldSchema;
using inventory::SectionSchema;

bool is_enabled(const CommandContext& context, const SectionSchema& schema) {
  return !context.options.disabled_sections.contains(schema.name);
}

std::string table_line(std::string_view name, std::string_view interval, std::string_view privacy,
                       std::string_view enabled, std::string_view meaning) {
  const auto padded = [](std::string_view text, std::size_t width) {
    return std::string(text) + std::string(width - std::min(width - 1, text.size()), ' ');
  };
  return padded(name, 18) + padded(interval, 9) + padded(privacy, 11) + padded(enabled, 9) +
         std::string(meaning) + "\n";
}

void print_fields(std::ostream& out, const SectionSchema& schema) {
  for (const FieldSchema& field : schema.fields) {
    out << "    " << field.name << (field.is_key() ? " (key)" : "") << ": " << field.meaning;
    if (!field.unit.empty()) out << " [" << field.unit << "]";
    if (!field.read_from.empty()) out << "; from " << field.read_from;
    out << "\n";
  }
}

void write_json(JsonWriter& json, const SectionSchema& schema, bool enabled) {
  json.begin_object().member("name", schema.name).member("title", schema.title);
  json.member("meaning", schema.meaning).member("interval", to_string(schema.interval));
  json.member("privacy", to_string(schema.privacy)).member("enabled", enabled);
  json.member("schema", schema.schema_version);
  json.key("sources").begin_array();
  for (const std::string_view provider : schema.providers)
    json.value(provider);
  json.end_array().key("fields").begin_array();
  for (const FieldSchema& field : schema.fields) {
    json.begin_object().member("name", field.name).member("type", to_string(field.type));
    json.member("key", field.is_key()).member("meaning", field.meaning);
    if (!field.unit.empty()) json.member("unit", field.unit);
    if (!field.read_from.empty()) json.member("source", field.read_from);
    json.end_object();
  }
  json.end_array().end_object();
}

int print_json(CommandContext& context) {
  JsonWriter json;
  json.begin_array();
  for (const SectionSchema& schema : inventory::section_schemas())
    write_json(json, schema, is_enabled(context, schema));
  json.end_array();
  context.out << json.text() << "\n";
  return kSucceeded;
}

int list_sections(CommandContext& context) {
  if (context.invocation.has("--json")) return print_json(context);
  context.out << table_line("SECTION", "LOOKED", "PRIVACY", "ENABLED", "WHAT IT IS");
  for (const SectionSchema& schema : inventory::section_schemas()) {
    context.out << table_line(schema.name, to_string(schema.interval), to_string(schema.privacy),
                              is_enabled(context, schema) ? "yes" : "no", schema.meaning);
    if (context.invocation.has("--fields")) print_fields(context.out, schema);
  }
  context.out << "\nA section is switched off by \"NAME = off\" under [sections] in "
              << context.options.config_file
              << ".\nWhere one value comes from: muster-agent explain SECTION.FIELD\n";
  return kSucceeded;
}
}  // namespace

Command sections_command() {
  return {{"sections",
           "list what is collected, how often, why and from where",
           {},
           {{"--json", "", "as JSON, with every field"},
            {"--fields", "", "with every field, its meaning and its source"}},
           {}},
          list_sections};
}

}  // namespace muster::agent::commands
