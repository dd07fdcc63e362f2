// SPDX-License-Identifier: Apache-2.0
#include "server/query/fields.h"

#include <unordered_map>

#include "common/support/text.h"
#include "server/model/lifecycle.h"

namespace muster::server::query {
namespace {

using inventory::FieldSchema;
using inventory::FieldType;
using inventory::SectionSchema;

// An item field that is a section's field under a shorter name. With several fields, any may match.
struct Alias {
  std::string_view name;
  std::string_view section;
  std::vector<std::string_view> fields;
  std::string_view meaning;
  bool words = false;
};

const std::vector<Alias>& aliases() {
  static const std::vector<Alias> kAliases = {
      {"os",
       "os",
       {"name", "id", "version", "version_id", "codename"},
       "Operating system: words of its name and version, as in os:\"debian 12\"",
       true},
      {"hostname", "os", {"hostname"}, "Host name"},
      {"kernel", "os", {"kernel_release"}, "Release of the running kernel"},
      {"serial", "system", {"serial_number"}, "Serial number of the machine"},
      {"manufacturer", "system", {"manufacturer"}, "Who made the machine"},
      {"model", "system", {"model", "product_name"}, "Model of the machine: its name or its type"},
      {"uuid", "system", {"uuid"}, "UUID of the machine"},
      {"tag", "system", {"chassis_asset_tag", "board_asset_tag"}, "Asset tag in the firmware"},
      {"memory_bytes", "memory", {"total_bytes"}, "Memory that the system can use"},
      {"cpu", "cpus", {"model_name"}, "Model of a processor"},
      {"address", "addresses", {"address"}, "IP address"},
      {"ip", "addresses", {"address"}, "IP address"},
      {"mac", "interfaces", {"mac_address", "permanent_mac_address"}, "Hardware address"},
  };
  return kAliases;
}

struct Own {
  std::string_view name;
  QueryType type;
  FieldHome home;
  std::string_view meaning;
};

constexpr Own kOwn[] = {
    {"id", QueryType::kInteger, FieldHome::kId, "Number of the item"},
    {"name", QueryType::kText, FieldHome::kName, "Name: entered, else the host name"},
    {"class", QueryType::kText, FieldHome::kClass,
     "Class: a part of its path stands for all below it, as in class:laptop"},
    {"owner", QueryType::kText, FieldHome::kValue, "Who answers for it"},
    {"location", QueryType::kText, FieldHome::kValue, "Where it is"},
    {"lifecycle", QueryType::kEnum, FieldHome::kValue, "State of its life"},
    {"note", QueryType::kText, FieldHome::kValue, "What people noted"},
    {"archived", QueryType::kBoolean, FieldHome::kArchived, "Put away; hidden unless asked for"},
    {"seen", QueryType::kTime, FieldHome::kSeen, "Last report: its age or its time, as in seen<7d"},
    {"agent_version", QueryType::kVersion, FieldHome::kAgentVersion,
     "Version of the agent; kept for the present only"},
    {"section_status", QueryType::kText, FieldHome::kSectionStatus,
     "Status of a section, as in section_status:packages.failed"},
};

bool is_version(inventory::TextKind kind) {
  return kind == inventory::TextKind::kVersion || kind == inventory::TextKind::kPackageVersion ||
         kind == inventory::TextKind::kKernelRelease;
}

QueryType type_of(const FieldSchema& field) {
  switch (field.type) {
    case FieldType::kInteger:
      return QueryType::kInteger;
    case FieldType::kBoolean:
      return QueryType::kBoolean;
    case FieldType::kTime:
      return QueryType::kTime;
    case FieldType::kEnum:
      return QueryType::kEnum;
    case FieldType::kTextList:
      return QueryType::kTextList;
    case FieldType::kText:
      break;
  }
  return is_version(field.kind) ? QueryType::kVersion : QueryType::kText;
}

QueryField section_field(const SectionSchema& section, std::size_t index) {
  const FieldSchema& field = section.fields[index];
  QueryField out;
  out.name = std::string(section.name) + '.' + std::string(field.name);
  out.type = type_of(field);
  out.kind = field.kind;
  out.unit = field.unit;
  out.meaning = field.meaning;
  out.section = &section;
  out.columns = {index};
  // os.name:debian should match, although os-release(5) has NAME="Debian GNU/Linux" and ID=debian:
  // both are searched.
  if (out.name == "os.name") {
    if (const auto id = section.find("id")) out.columns.push_back(*id);
  }
  out.values.assign(field.values.begin(), field.values.end());
  return out;
}

void add_alias(std::vector<QueryField>& out, const Alias& alias) {
  const SectionSchema* const section = inventory::find_section(alias.section);
  if (section == nullptr) return;
  QueryField field;
  for (const std::string_view name : alias.fields) {
    const auto index = section->find(name);
    if (!index) continue;
    if (field.columns.empty())
      field = section_field(*section, *index);
    else
      field.columns.push_back(*index);
  }
  if (field.columns.empty()) return;
  if (alias.words) {
    field.columns.clear();
    for (const std::string_view name : alias.fields) {
      if (const auto index = section->find(name)) field.columns.push_back(*index);
    }
  }
  field.derived_from = field.name;
  field.name = alias.name;
  field.meaning = alias.meaning;
  field.words = alias.words;
  out.push_back(std::move(field));
}

std::vector<QueryField> make_fields() {
  std::vector<QueryField> out;
  for (const Own& own : kOwn) {
    QueryField field;
    field.name = own.name;
    field.type = own.type;
    field.meaning = own.meaning;
    field.home = own.home;
    if (own.name == "lifecycle")
      field.values.assign(model::lifecycle_states().begin(), model::lifecycle_states().end());
    if (own.home == FieldHome::kName) field.derived_from = "os.hostname";
    if (own.home == FieldHome::kClass) field.derived_from = "system.chassis_type";
    out.push_back(std::move(field));
  }
  for (const Alias& alias : aliases())
    add_alias(out, alias);
  for (const SectionSchema& section : inventory::section_schemas()) {
    for (std::size_t i = 0; i < section.fields.size(); ++i)
      out.push_back(section_field(section, i));
  }
  return out;
}

}  // namespace

const std::vector<QueryField>& query_fields() {
  static const std::vector<QueryField> kFields = make_fields();
  return kFields;
}

const QueryField* find_query_field(std::string_view name) {
  static const auto kByName = [] {
    std::unordered_map<std::string, const QueryField*> out;
    for (const QueryField& field : query_fields())
      out.emplace(field.name, &field);
    return out;
  }();
  const auto found = kByName.find(lower_ascii(name));
  return found == kByName.end() ? nullptr : found->second;
}

std::string_view to_string(QueryType type) {
  switch (type) {
    case QueryType::kText:
      return "text";
    case QueryType::kInteger:
      return "integer";
    case QueryType::kBoolean:
      return "boolean";
    case QueryType::kTime:
      return "time";
    case QueryType::kEnum:
      return "enum";
    case QueryType::kTextList:
      return "text_list";
    case QueryType::kVersion:
      return "version";
  }
  return "text";
}

}  // namespace muster::server::query
