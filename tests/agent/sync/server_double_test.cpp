// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>
#include <cstdlib>
#include <stdexcept>

#include "common/inventory/sections/packages.h"
#include "common/inventory/sections/users.h"
#include "common/support/text.h"
#include "common/wire/compress.h"
#include "server_double.h"

namespace muster::agent::test {

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "muster-sync-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

inventory::Hash128 ServerSection::hash() const {
  inventory::Hash128 sum;
  for (const auto& [key, row] : rows)
    sum += inventory::row_hash(row);
  return sum;
}

std::string ServerDouble::root() const {
  std::vector<inventory::RootLine> lines;
  for (const auto& [name, section] : sections)
    lines.push_back({name, section.schema_version, section.hash().to_hex(), section.status});
  return inventory::root_hash(lines);
}

sync::HttpReply answer_of(int status, std::string body, std::string type) {
  sync::HttpReply reply;
  reply.status = status;
  reply.content_type = std::move(type);
  reply.body = std::move(body);
  return reply;
}

namespace {

std::string key_of(const inventory::SectionSchema* schema, const JsonValue& row) {
  JsonValue::Array key;
  for (const std::size_t index : schema->key_fields) {
    const JsonValue* value = row.find(schema->fields[index].name);
    key.push_back(value != nullptr ? *value : JsonValue(std::string()));
  }
  return JsonValue(std::move(key)).dump();
}

std::string status_of_section(const std::string& name, const JsonValue& section) {
  inventory::ProviderStatuses providers;
  for (const auto& [source, status] : *section.find("sources")->object())
    providers[source] = {inventory::parse_status(status.text_at("status").value()).value(), ""};
  return inventory::status_line(name, providers);
}

}  // namespace

// True when the section was taken.
bool ServerDouble::take_section(const std::string& name, const JsonValue& section,
                                JsonWriter& refused, std::vector<std::string>& send_full) {
  const bool whole = section.find("base")->is_null();
  const JsonValue::Array& rows = *section.find(whole ? "rows" : "upsert")->array();
  for (const JsonValue& row : rows) {
    const auto bad = refuses.find(name);
    if (bad == refuses.end() || row.dump().find(bad->second) == std::string::npos) continue;
    refused.key(name).begin_object().member("code", "bad_value").member("path", "$");
    refused.member("detail", "not this one").end_object();
    return false;
  }
  ServerSection next;
  if (!whole) {
    const auto held = sections.find(name);
    const auto base = section.text_at("base").value();
    if (held == sections.end() || held->second.hash().to_hex() != base) {
      send_full.push_back(name);
      return false;
    }
    next = held->second;
    for (const JsonValue& key : *section.find("remove")->array()) {
      if (next.rows.erase(key.dump()) == 0) {
        send_full.push_back(name);
        return false;
      }
    }
  }
  for (const JsonValue& row : rows)
    next.rows[key_of(made != nullptr ? made : inventory::find_section(name), row)] = row.dump();
  next.schema_version = static_cast<int>(section.integer_at("schema").value());
  next.status = status_of_section(name, section);
  if (next.hash().to_hex() != section.text_at("hash").value()) {
    send_full.push_back(name);
    return false;
  }
  sections[name] = std::move(next);
  return true;
}

sync::HttpReply ServerDouble::think(const JsonValue& report) {
  const std::int64_t sequence = report.integer_at("sequence").value();
  const std::string agents_root = report.text_at("root").value();
  if (sequence < last_sequence || (sequence == last_sequence && agents_root != last_root)) {
    return answer_of(
        409, R"({"code":"stale_sequence","last_sequence":)" + std::to_string(last_sequence) + "}");
  }
  last_sequence = sequence;
  last_root = agents_root;
  JsonWriter refused;
  refused.begin_object();
  std::vector<std::string> send_full;
  std::vector<std::string> ignored;
  bool complete = true;
  for (const auto& [name, section] : *report.find("sections")->object()) {
    if (unknown.contains(name)) {
      ignored.push_back(name);
      complete = false;
    } else if (!take_section(name, section, refused, send_full)) {
      complete = false;
    }
  }
  refused.end_object();
  if (const JsonValue* hashes = report.find("hashes")) {
    for (const auto& [name, held] : *hashes->object()) {
      const auto ours = sections.find(name);
      if (ours == sections.end() || ours->second.hash().to_hex() != held.text_at("hash").value() ||
          ours->second.status != held.text_at("status").value())
        send_full.push_back(name);
    }
  }
  JsonWriter json;
  json.begin_object().member("acknowledged", sequence).member("interval_s", 900);
  if (complete && send_full.empty() && root() != agents_root) json.member("send_hashes", true);
  if (!send_full.empty()) json.member("send_full", send_full);
  if (!ignored.empty()) json.member("ignored", ignored);
  json.key("refused").raw(refused.text()).end_object();
  return answer_of(200, json.text(), "application/json");
}

Result<sync::HttpReply> ServerDouble::exchange(const sync::HttpRequest& request) {
  sent_bytes_ += request.body.size();
  if (away) return Failure{FailureKind::kUnreachable, "nobody there"};
  const auto fault = faults.empty() ? std::nullopt : std::optional(faults.front());
  if (fault) faults.pop_front();
  if (fault == Fault::kLoseRequest) return Failure{FailureKind::kTimeout, "the request was lost"};
  const std::string json = wire::decompress(request.body, wire::kReportBytes).value();
  reports.push_back(json);
  ++answered;
  if (!canned.empty()) {
    sync::HttpReply reply = canned.front();
    canned.pop_front();
    return reply;
  }
  sync::HttpReply reply = think(JsonValue::parse(json).value());
  replies.push_back(reply.body);
  if (fault == Fault::kLoseReply) return Failure{FailureKind::kTimeout, "the reply was lost"};
  return reply;
}

sync::CollectionResult packages(const std::vector<std::string>& list, const FakeClock& clock,
                                inventory::Status status) {
  sync::CollectionResult result;
  result.section.schema = inventory::find_section("packages");
  result.section.providers["dpkg"] = {status, status == inventory::Status::kOk ? "" : "a reason"};
  for (const std::string& text : list) {
    inventory::Package package;
    package.manager = "dpkg";
    package.architecture = "amd64";
    package.name = text.substr(0, text.find(' '));
    package.version = text.substr(text.find(' ') + 1);
    result.section.rows.push_back(inventory::to_row(package));
  }
  result.collected = {clock.now(), clock.boottime_ms()};
  return result;
}

sync::CollectionResult users(const std::vector<std::string>& names, const FakeClock& clock,
                             inventory::Status status) {
  sync::CollectionResult result;
  result.section.schema = inventory::find_section("users");
  result.section.providers["users"] = {status, ""};
  for (const std::string& name : names) {
    inventory::User user;
    user.name = name.substr(0, name.find('='));
    if (name.find('=') != std::string::npos) user.shell = name.substr(name.find('=') + 1);
    result.section.rows.push_back(inventory::to_row(user));
  }
  result.collected = {clock.now(), clock.boottime_ms()};
  return result;
}

sync::Collection World::collect(std::vector<sync::CollectionResult> sections) {
  sync::Collection collection;
  collection.boot_id = boot_id;
  collection.sections = std::move(sections);
  collection.collected["hourly"] = {clock.now(), clock.boottime_ms()};
  collection.vitals = R"({"uptime_s":5})";
  return collection;
}

sync::CycleOutcome World::cycle(std::vector<sync::CollectionResult> sections) {
  sync::Reporter reporter(directory, clock, log, spool_bytes);
  auto outcome = reporter.cycle(collect(std::move(sections)), server);
  if (!outcome) throw std::runtime_error(outcome.failure().message);
  clock.pass(900'000);
  return std::move(*outcome);
}

bool World::logged(std::string_view text) const {
  for (const std::string& line : log_lines) {
    if (line.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace muster::agent::test
