// SPDX-License-Identifier: Apache-2.0
#include "tests/support/ingest/reporting_machine.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "common/support/text.h"
#include "server/error.h"

namespace muster::server {

void enrol_agent(store::Store& store, const std::string& agent_id) {
  store.write([&](store::Transaction& transaction) {
    transaction.execute(
        "INSERT INTO agents (agent_id, state, enrolled_at, state_changed_at, state_changed_by) "
        "VALUES (?1, 'active', ?2, ?2, 'test')",
        {agent_id, store.clock().now().ms});
  });
}

ReportingMachine::ReportingMachine(store::Store& store, ingest::Ingest& ingest,
                                   std::string hostname)
    : store_(store), ingest_(ingest), agent_id(random_uuid()) {
  os.hostname = std::move(hostname);
  os.name = "Debian GNU/Linux";
  os.machine_id = to_hex(random_bytes(16));
  system.uuid = random_uuid();
  system.manufacturer = "Muster Works";
  system.serial_number = "MW" + to_hex(random_bytes(5));
  enrol_agent(store_, agent_id);
}

void ReportingMachine::install(const std::string& name, const std::string& version) {
  packages[name] = {.manager = "dpkg",
                    .scope = "system",
                    .name = name,
                    .architecture = "amd64",
                    .version = version,
                    .purl = {},
                    .source_package = {},
                    .source_version = {},
                    .publisher = {},
                    .archive_section = {},
                    .summary = name + " itself",
                    .state = {},
                    .installed_size_bytes = 1024,
                    .on_hold = {},
                    .reinstall_required = {},
                    .installed_at = {}};
}

void ReportingMachine::reinstall_agent() {
  agent_id = random_uuid();
  enrol_agent(store_, agent_id);
  sequence = 0;
  believed_.clear();
}

void ReportingMachine::collect() {
  inventory::Snapshot next = look();
  queued_.push_back(make_report(next, {}));
  believed_ = std::move(next);
}

wire::Reply ReportingMachine::deliver(int exchanges) {
  wire::Reply reply;
  while (!queued_.empty()) {
    reply = send(queued_.front());
    queued_.pop_front();
    if (queued_.empty() && exchanges-- > 0) answer(reply);
  }
  return reply;
}

wire::Reply ReportingMachine::report() {
  collect();
  return deliver();
}

wire::Reply ReportingMachine::send(wire::Report& report) {
  report.sent_at = {wall_ms()};
  report.sent_boottime_ms = boottime_ms();
  report.sent_boot_id = boot_id;
  for (const char* name : {"each", "hourly", "daily"})
    report.collected[name] = {wall_ms() - (boottime_ms() - collected_boottime_)};
  last_json = wire::to_json(report);
  try {
    return ingest_.report(agent_id, last_json, "192.0.2.7");
  } catch (const Error& error) {
    if (error.code != "stale_sequence") throw;
    sequence = std::get<std::int64_t>(error.extra.front().second);
    report = make_report(believed_, all_sections());
    return send(report);
  }
}

wire::Report ReportingMachine::make_report(const inventory::Snapshot& next,
                                           const std::vector<std::string>& whole) {
  wire::Report report;
  report.sequence = ++sequence;
  report.boot_id = boot_id;
  report.agent_version = agent_version;
  report.root = inventory::root_hash(next);
  collected_boottime_ = boottime_ms();
  for (const auto& [name, section] : next) {
    const auto old = believed_.find(name);
    const bool send_whole =
        old == believed_.end() || std::find(whole.begin(), whole.end(), name) != whole.end();
    const bool same = old != believed_.end() && old->second.hash == section.hash &&
                      old->second.providers == section.providers;
    if (!send_whole && same) continue;
    report.sections[name] = {.schema_version = section.schema_version,
                             .collected_at = {wall_ms()},
                             .collected_boottime_ms = boottime_ms(),
                             .providers = section.providers,
                             .delta = send_whole ? inventory::full_delta(section)
                                                 : inventory::difference(old->second, section)};
  }
  return report;
}

inventory::Snapshot ReportingMachine::look() {
  inventory::Snapshot next;
  put(next, "os", {inventory::to_row(os)});
  put(next, "system", {inventory::to_row(system)});
  std::vector<inventory::Row> rows;
  for (const auto& [name, package] : packages)
    rows.push_back(inventory::to_row(package));
  put(next, "packages", std::move(rows));
  rows.clear();
  for (const auto& [name, disk] : disks)
    rows.push_back(inventory::to_row(disk));
  put(next, "disks", std::move(rows));
  if (users.empty()) return next;
  rows.clear();
  for (const auto& [name, user] : users)
    rows.push_back(inventory::to_row(user));
  put(next, "users", std::move(rows));
  return next;
}

std::vector<std::string> ReportingMachine::all_sections() const {
  std::vector<std::string> out;
  for (const auto& [name, section] : believed_)
    out.push_back(name);
  return out;
}

void ReportingMachine::reboot() {
  boot_id = random_uuid();
  booted_at_ms = store_.clock().now().ms;
}

void ReportingMachine::put(inventory::Snapshot& next, const std::string& name,
                           std::vector<inventory::Row> rows) {
  const inventory::SectionSchema* schema = inventory::find_section(name);
  inventory::CollectedSection collected{.schema = schema, .providers = {}, .rows = std::move(rows)};
  // As an agent: of several sources those that the machine has.
  collected.providers.emplace(std::string(schema->providers.front()), inventory::ProviderStatus{});
  for (const std::string_view source : schema->providers) {
    const auto status = statuses.find(std::string(source));
    if (status != statuses.end())
      collected.providers.insert_or_assign(std::string(source), status->second);
  }
  const auto before = believed_.find(name);
  next[name] = inventory::next_snapshot(before == believed_.end() ? nullptr : &before->second,
                                        std::move(collected), {})
                   .value();
}

void ReportingMachine::answer(const wire::Reply& reply) {
  if (!reply.send_full.empty()) queued_.push_back(make_report(believed_, reply.send_full));
  if (reply.send_hashes) {
    wire::Report report = make_report(believed_, {});
    for (const auto& [name, section] : believed_) {
      report.hashes[name] = {section.schema_version, section.hash.to_hex(),
                             inventory::status_line(name, section.providers)};
    }
    queued_.push_back(std::move(report));
  }
}

}  // namespace muster::server
