// SPDX-License-Identifier: Apache-2.0
#include "agent/report/inventory_json.h"

#include <algorithm>

#include "common/inventory/format_version.h"
#include "common/json/value.h"
#include "common/json/write.h"

namespace muster::agent::report {
namespace {

using inventory::SectionSnapshot;

// Pretty output is the compact JSON read and written again, so the limits are those of a section.
constexpr JsonLimits kOwnText = {
    .depth = 16, .members = 10'000, .values = 50'000'000, .text_bytes = inventory::kRowBytes};

void write_reason(JsonWriter& json, const inventory::ProviderStatus& status) {
  if (!status.reason.empty()) json.member("reason", status.reason);
}

void write_section(JsonWriter& json, CollectionResult result) {
  const inventory::SectionSchema& schema = *result.section.schema;
  inventory::ProviderStatuses providers = result.section.providers;
  SectionSnapshot snapshot;
  if (auto next =
          inventory::next_snapshot(nullptr, std::move(result.section), result.collected.at)) {
    snapshot = std::move(*next);
  } else {
    for (auto& [name, status] : providers)
      status = {inventory::Status::kFailed, next.failure().message};
  }
  json.key(schema.name).begin_object();
  json.member("status", to_string(inventory::worst(providers)));
  const bool single = providers.size() == 1 && providers.begin()->first == schema.name;
  if (single) write_reason(json, providers.begin()->second);
  json.member("duration_ms", result.duration_ms);
  if (!single) {
    json.key("sources").begin_object();
    for (const auto& [name, status] : providers) {
      json.key(name).begin_object().member("status", to_string(status.status));
      write_reason(json, status);
      json.end_object();
    }
    json.end_object();
  }
  json.key("rows").begin_array();
  for (const auto& [key, row] : snapshot.rows)
    json.raw(row.canonical);
  json.end_array().end_object();
}

}  // namespace

std::string inventory_json(std::vector<CollectionResult> sections, const InventoryText& how) {
  std::sort(sections.begin(), sections.end(),
            [](const CollectionResult& a, const CollectionResult& b) {
              return a.section.schema->name < b.section.schema->name;
            });
  JsonWriter json;
  json.begin_object().member("format", inventory::kFormatVersion);
  json.key("agent").begin_object().member("version", MUSTER_VERSION).end_object();
  json.member("collected_at", how.collected_at);
  json.key("sections").begin_object();
  for (CollectionResult& result : sections)
    write_section(json, std::move(result));
  json.end_object();
  json.key("vitals").raw(how.vitals.empty() ? "{}" : how.vitals).end_object();
  std::string text = std::move(json).text();
  if (how.pretty) {
    // Vitals that are not JSON are a programming error, which is easier to find in the raw text.
    if (const auto document = JsonValue::parse(text, kOwnText)) text = document->dump_pretty();
  }
  if (text.back() != '\n') text += '\n';
  return text;
}

}  // namespace muster::agent::report
