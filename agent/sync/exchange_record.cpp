// SPDX-License-Identifier: Apache-2.0
#include "agent/sync/exchange_record.h"

#include <algorithm>

#include "common/json/value.h"
#include "common/json/write.h"

namespace muster::agent::sync {
namespace {

std::optional<Instant> time_at(const JsonValue& value, std::string_view name) {
  const auto text = value.text_at(name);
  return text ? parse_rfc3339(*text) : std::nullopt;
}

}  // namespace

std::string to_json(const ExchangeRecord& record) {
  JsonWriter json;
  json.begin_object();
  json.member("attempted_at", record.attempted_at);
  json.member("acknowledged_at", record.acknowledged_at);
  json.member("acknowledged", record.acknowledged).member("interval_s", record.interval_s);
  if (record.problem) {
    json.key("problem").begin_object().member("code", record.problem->code);
    json.member("message", record.problem->message).member("since", record.problem->since);
    json.member("failures", record.problem->failures).end_object();
  }
  json.key("refused").begin_object();
  for (const auto& [name, why] : record.refused) {
    json.key(name).begin_object().member("code", why.code).member("path", why.path);
    json.member("detail", why.detail).end_object();
  }
  json.end_object().key("timed_out").begin_object();
  for (const auto& [name, since] : record.timed_out)
    json.member(name, since);
  json.end_object().end_object();
  return std::move(json).text();
}

Result<ExchangeRecord> parse_exchange_record(std::string_view text) {
  const auto document = JsonValue::parse(text);
  if (!document) return document.failure();
  ExchangeRecord record;
  record.attempted_at = time_at(*document, "attempted_at");
  record.acknowledged_at = time_at(*document, "acknowledged_at");
  record.acknowledged = document->integer_at("acknowledged").value_or(0);
  record.interval_s =
      std::clamp<std::int64_t>(document->integer_at("interval_s").value_or(900), 10, 86'400);
  if (const JsonValue* problem = document->find("problem")) {
    record.problem = ExchangeProblem{
        problem->text_at("code").value_or("unknown"), problem->text_at("message").value_or(""),
        time_at(*problem, "since").value_or(Instant{}),
        static_cast<int>(
            std::clamp<std::int64_t>(problem->integer_at("failures").value_or(1), 1, 1'000'000))};
  }
  const JsonValue* refused = document->find("refused");
  if (const JsonValue::Object* members = refused != nullptr ? refused->object() : nullptr) {
    for (const auto& [name, why] : *members) {
      record.refused[name] = {why.text_at("code").value_or(""), why.text_at("path").value_or(""),
                              why.text_at("detail").value_or("")};
    }
  }
  const JsonValue* timed_out = document->find("timed_out");
  if (const JsonValue::Object* members = timed_out != nullptr ? timed_out->object() : nullptr) {
    for (const auto& [name, since] : *members) {
      const auto at = since.text() != nullptr ? parse_rfc3339(*since.text()) : std::nullopt;
      if (at) record.timed_out[name] = *at;
    }
  }
  return record;
}

}  // namespace muster::agent::sync
