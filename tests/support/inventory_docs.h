// SPDX-License-Identifier: Apache-2.0
// The pages of docs/inventory/ as text, made from the section declarations alone
// (common/inventory/schema.h), so that they cannot say anything else than the program does. Used by
// tests/common/inventory/inventory_docs_test.cpp, which compares them with the files and, with
// MUSTER_UPDATE_EXPECTED=1, writes them. Pure; any thread.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "common/inventory/canonical.h"
#include "common/inventory/schema.h"

namespace muster::testing {

inline constexpr std::string_view kGeneratedNote =
    "<!-- Made from the declarations; do not edit. MUSTER_UPDATE_EXPECTED=1 test_common "
    "\"[inventory_docs]\" -->\n";

// Text that stands in a cell of a table, where these characters would mean something.
inline std::string cell_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("|*<>`[]").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

inline std::string code(std::string_view text) {
  return '`' + std::string(text) + '`';
}

inline std::string interval_sentence(inventory::Interval interval) {
  switch (interval) {
    case inventory::Interval::kEach:
      return "each report";
    case inventory::Interval::kHourly:
      return "about once an hour";
    case inventory::Interval::kDaily:
      break;
  }
  return "about once a day";
}

inline std::string privacy_sentence(inventory::Privacy privacy) {
  switch (privacy) {
    case inventory::Privacy::kNone:
      return "none: whoever may read the inventory may read it";
    case inventory::Privacy::kPersonal:
      return "personal: reading it needs the permission `read_personal`, and reading it is audited";
    case inventory::Privacy::kSensitive:
      break;
  }
  return "sensitive: reading it needs the permission `read_personal`, and reading it is audited";
}

inline std::string key_word(const inventory::FieldSchema& field) {
  if (!field.is_key()) return "";
  if (field.instance) return "instance";
  return field.pairing ? "key" : "key, not pairing";
}

inline std::string field_row(const inventory::FieldSchema& field) {
  std::string meaning = cell_text(field.meaning);
  if (!field.values.empty()) {
    std::string values;
    for (const std::string_view value : field.values)
      values += (values.empty() ? "" : ", ") + code(value);
    meaning += ". One of " + values;
  }
  if (field.shared) meaning += ". Stored once for all machines";
  return "| " + code(field.name) + " | " + std::string(inventory::to_string(field.type)) + " | " +
         std::string(field.unit) + " | " + key_word(field) + " | " + meaning + " | " +
         cell_text(field.read_from) + " | " + std::to_string(field.schema_version) + " |\n";
}

inline std::string limits_sentence() {
  return "at most " + std::to_string(inventory::kRowsPerSection) + " rows, " +
         std::to_string(inventory::kRowBytes / 1024) + " KiB a row, " +
         std::to_string(inventory::kTextBytes / 1024) +
         " KiB a text (a longer one is cut and ends with \"" + std::string(inventory::kCutMark) +
         "\")";
}

inline std::string section_page(const inventory::SectionSchema& schema) {
  std::string out(kGeneratedNote);
  out += "# " + std::string(schema.title) + "\n\n" + std::string(schema.meaning) + ".\n\nSection " +
         code(schema.name) + ", schema " + std::to_string(schema.schema_version) + ".\n\n";
  std::string providers;
  for (const std::string_view source : schema.providers)
    providers += (providers.empty() ? "" : ", ") + code(source);
  out += "- Looked at: " + interval_sentence(schema.interval) + "\n";
  out += "- Privacy: " + privacy_sentence(schema.privacy) + "\n";
  if (schema.linger_days > 0) {
    out += "- A row stays for " + std::to_string(schema.linger_days) +
           " days after it was last seen\n";
  }
  out += "- Sources, each with a status of its own: " + providers;
  if (schema.provider_field) {
    out +=
        "; " + code(schema.fields[*schema.provider_field].name) + " says which one a row is from";
  }
  out += "\n- Limits: " + limits_sentence() + "\n\n";
  out += schema.key_fields.empty() ? "The section has at most one row, so it needs no key.\n\n"
                                   : "Fields marked `key` stay the same while the thing stays; "
                                     "two rows are of the same thing when they agree in all of "
                                     "them.\n\n";
  out +=
      "| Field | Type | Unit | Key | Meaning | Source | Schema |\n|---|---|---|---|---|---|---|\n";
  for (const inventory::FieldSchema& field : schema.fields)
    out += field_row(field);
  out +=
      "\nEvery field but the keys may be absent: unknown is absent, never empty, 0 or \"N/A\".\n"
      "Back to [all sections](README.md).\n";
  return out;
}

inline std::string index_page() {
  std::string out(kGeneratedNote);
  out +=
      "# What is collected\n\nOne page for each section of the inventory. `muster-agent sections` "
      "tells the same on a machine,\nand `muster-agent report --preview` shows exactly what would "
      "be sent.\n\n"
      "| Section | What | Looked at | Privacy | Fields |\n|---|---|---|---|---|\n";
  for (const inventory::SectionSchema& schema : inventory::section_schemas()) {
    out += "| [" + std::string(schema.name) + "](" + std::string(schema.name) + ".md) | " +
           cell_text(schema.meaning) + " | " + interval_sentence(schema.interval) + " | " +
           std::string(inventory::to_string(schema.privacy)) + " | " +
           std::to_string(schema.fields.size()) + " |\n";
  }
  out += "\nHow a section is declared and added: [adding a section](../adding-a-section.md).\n";
  return out;
}

// By file name within docs/inventory/.
inline std::map<std::string, std::string> inventory_docs() {
  std::map<std::string, std::string> out;
  out["README.md"] = index_page();
  for (const inventory::SectionSchema& schema : inventory::section_schemas())
    out[std::string(schema.name) + ".md"] = section_page(schema);
  return out;
}

}  // namespace muster::testing
