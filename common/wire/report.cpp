// SPDX-License-Identifier: Apache-2.0
#include "common/wire/report.h"

#include <algorithm>

#include "common/inventory/format_version.h"
#include "common/json/value.h"
#include "common/json/write.h"
#include "common/support/text.h"

namespace muster::wire {
namespace {

void write_providers(JsonWriter& json, const inventory::ProviderStatuses& providers) {
  json.key("sources").begin_object();
  for (const auto& [name, provider] : providers) {
    json.key(name).begin_object().member("status", inventory::to_string(provider.status));
    // Reasons name files, and a file may be called anything; one bad text would cost the report.
    if (!provider.reason.empty()) json.member("reason", to_valid_text(provider.reason));
    json.end_object();
  }
  json.end_object();
}

void write_section(JsonWriter& json, const SectionReport& section) {
  json.begin_object().member("schema", section.schema_version);
  json.member("collected_at", section.collected_at)
      .member("collected_boottime_ms", section.collected_boottime_ms);
  write_providers(json, section.providers);
  json.key("base");
  if (section.delta.base) {
    json.value(section.delta.base->to_hex());
  } else {
    json.null();
  }
  json.member("hash", section.delta.hash.to_hex());
  json.key(section.delta.base ? "upsert" : "rows").begin_array();
  for (const std::string& row : section.delta.upsert)
    json.raw(row);
  json.end_array();
  if (section.delta.base) {
    json.key("remove").begin_array();
    for (const std::string& key : section.delta.remove)
      json.raw(key);
    json.end_array();
  }
  json.end_object();
}

std::vector<std::string> text_list(const JsonValue& reply, std::string_view name) {
  std::vector<std::string> out;
  const JsonValue* member = reply.find(name);
  if (const JsonValue::Array* list = member != nullptr ? member->array() : nullptr) {
    for (const JsonValue& item : *list) {
      if (const std::string* text = item.text()) out.push_back(*text);
    }
  }
  return out;
}

}  // namespace

std::string to_json(const Report& report) {
  JsonWriter json;
  json.begin_object()
      .member("format", inventory::kFormatVersion)
      .member("sequence", report.sequence);
  json.member("boot_id", report.boot_id);
  if (!report.sent_boot_id.empty() && report.sent_boot_id != report.boot_id) {
    json.member("sent_boot_id", report.sent_boot_id);
  }
  json.member("sent_at", report.sent_at).member("sent_boottime_ms", report.sent_boottime_ms);
  json.member("agent_version", report.agent_version).member("root", report.root);
  if (report.coalesced > 0) json.member("coalesced", report.coalesced);
  json.key("collected").begin_object();
  for (const auto& [name, at] : report.collected)
    json.member(name, at);
  json.end_object();
  if (!report.vitals.empty()) json.key("vitals").raw(report.vitals);
  json.key("sections").begin_object();
  for (const auto& [name, section] : report.sections) {
    json.key(name);
    write_section(json, section);
  }
  json.end_object();
  if (!report.hashes.empty()) {
    json.key("hashes").begin_object();
    for (const auto& [name, held] : report.hashes) {
      json.key(name).begin_object().member("schema", held.schema_version);
      json.member("hash", held.hash).member("status", held.status).end_object();
    }
    json.end_object();
  }
  json.end_object();
  return std::move(json).text();
}

std::string to_json(const Reply& reply) {
  JsonWriter json;
  json.begin_object()
      .member("acknowledged", reply.acknowledged)
      .member("interval_s", reply.interval_s);
  if (reply.send_hashes) json.member("send_hashes", true);
  if (!reply.send_full.empty()) json.member("send_full", reply.send_full);
  if (!reply.ignored.empty()) json.member("ignored", reply.ignored);
  if (!reply.refused.empty()) {
    json.key("refused").begin_object();
    for (const auto& [name, refusal] : reply.refused) {
      json.key(name).begin_object().member("code", refusal.code);
      json.member("path", refusal.path).member("detail", refusal.detail).end_object();
    }
    json.end_object();
  }
  json.end_object();
  return std::move(json).text();
}

Result<Reply> parse_reply(std::string_view json) {
  if (json.size() > kReplyBytes) {
    return Failure{FailureKind::kTooLarge, "the server's reply is larger than 64 KiB"};
  }
  const Result<JsonValue> document = JsonValue::parse(json);
  if (!document) {
    return Failure{FailureKind::kMalformed,
                   "the server's reply is not valid: " + document.failure().message};
  }
  const auto acknowledged = document->integer_at("acknowledged");
  if (!acknowledged)
    return Failure{FailureKind::kMalformed, "the server's reply acknowledges no report"};
  Reply reply;
  reply.acknowledged = *acknowledged;
  reply.interval_s =
      std::clamp<std::int64_t>(document->integer_at("interval_s").value_or(900), 10, 86'400);
  reply.send_hashes = document->boolean_at("send_hashes").value_or(false);
  reply.send_full = text_list(*document, "send_full");
  reply.ignored = text_list(*document, "ignored");
  const JsonValue* refused = document->find("refused");
  if (const JsonValue::Object* members = refused != nullptr ? refused->object() : nullptr) {
    for (const auto& [name, refusal] : *members) {
      reply.refused[name] = {refusal.text_at("code").value_or(""),
                             refusal.text_at("path").value_or(""),
                             refusal.text_at("detail").value_or("")};
    }
  }
  return reply;
}

}  // namespace muster::wire
