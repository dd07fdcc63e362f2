// SPDX-License-Identifier: Apache-2.0
// A machine with an agent, for tests of the server without a network: it holds sections in memory,
// makes reports by the agent's own rules (common/inventory/snapshot.h) and obeys the server's
// replies. What it sends is the JSON that goes over the wire. Times are its own clock's, which a
// test may set wrong.
#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/inventory/sections/disks.h"
#include "common/inventory/sections/os.h"
#include "common/inventory/sections/packages.h"
#include "common/inventory/sections/system.h"
#include "common/inventory/sections/users.h"
#include "common/inventory/snapshot.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "common/wire/report.h"
#include "server/error.h"
#include "server/ingest/ingest.h"
#include "server/store/store.h"

namespace muster::server {

inline void enrol_agent(Store& store, const std::string& agent_id) {
  store.write([&](Session& session) {
    session.execute(
        "INSERT INTO agents (agent_id, state, enrolled_at, state_changed_at, state_changed_by) "
        "VALUES (?1, 'active', ?2, ?2, 'test')",
        {agent_id, store.clock().now().ms});
  });
}

class ReportingMachine {
 public:
  ReportingMachine(Store& store, Ingest& ingest, std::string hostname)
      : store_(store), ingest_(ingest), agent_id(random_uuid()) {
    os.hostname = std::move(hostname);
    os.name = "Debian GNU/Linux";
    os.machine_id = to_hex(random_bytes(16));
    system.uuid = random_uuid();
    system.manufacturer = "Muster Works";
    system.serial_number = "MW" + to_hex(random_bytes(5));
    enrol_agent(store_, agent_id);
  }

  void install(const std::string& name, const std::string& version) {
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
                      .installed_size_bytes = 1024,
                      .on_hold = {},
                      .installed_at = {}};
  }

  // The agent is installed anew: another id, nothing remembered.
  void reinstall_agent() {
    agent_id = random_uuid();
    enrol_agent(store_, agent_id);
    sequence = 0;
    believed_.clear();
  }

  // Looks at the machine now and queues what changed; `deliver` sends it.
  void collect() {
    inventory::Snapshot next = look();
    queued_.push_back(make_report(next, {}));
    believed_ = std::move(next);
  }

  // Sends everything that is queued, in order, and what the server asks for. Returns the last
  // reply.
  wire::Reply deliver(int exchanges = 4) {
    wire::Reply reply;
    while (!queued_.empty()) {
      reply = send(queued_.front());
      queued_.pop_front();
      if (queued_.empty() && exchanges-- > 0) answer(reply);
    }
    return reply;
  }
  wire::Reply report() {
    collect();
    return deliver();
  }

  wire::Reply send(wire::Report& report) {
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

  wire::Report make_report(const inventory::Snapshot& next, const std::vector<std::string>& whole) {
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
                        old->second.sources == section.sources;
      if (!send_whole && same) continue;
      report.sections[name] = {.schema = section.schema,
                               .collected_at = {wall_ms()},
                               .collected_boottime_ms = boottime_ms(),
                               .sources = section.sources,
                               .delta = send_whole ? inventory::full_delta(section)
                                                   : inventory::difference(old->second, section)};
    }
    return report;
  }

  inventory::Snapshot look() {
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

  std::vector<std::string> all_sections() const {
    std::vector<std::string> out;
    for (const auto& [name, section] : believed_)
      out.push_back(name);
    return out;
  }

  std::int64_t wall_ms() const { return store_.clock().now().ms + clock_error_ms; }
  std::int64_t boottime_ms() const { return store_.clock().now().ms - booted_at_ms; }
  void reboot() {
    boot_id = random_uuid();
    booted_at_ms = store_.clock().now().ms;
  }

  inventory::OperatingSystem os;
  inventory::System system;
  std::map<std::string, inventory::Package> packages;
  std::map<std::string, inventory::Disk> disks;
  std::map<std::string, inventory::User> users;  // the section is reported where there are some
  std::map<std::string, inventory::SourceStatus> statuses;  // by source, where not ok
  std::string boot_id = random_uuid();
  std::int64_t booted_at_ms = 0;
  std::int64_t clock_error_ms = 0;
  std::int64_t sequence = 0;
  std::string agent_version = "0.1.0";
  std::string last_json;
  inventory::Snapshot believed_;  // what was last put into a report
  std::deque<wire::Report> queued_;

 private:
  Store& store_;
  Ingest& ingest_;
  std::int64_t collected_boottime_ = 0;

 public:
  std::string agent_id;

 private:
  void put(inventory::Snapshot& next, const std::string& name, std::vector<inventory::Row> rows) {
    const inventory::SectionSchema* schema = inventory::find_section(name);
    inventory::CollectedSection collected{.schema = schema, .sources = {}, .rows = std::move(rows)};
    for (const std::string_view source : schema->sources) {
      const auto status = statuses.find(std::string(source));
      collected.sources.emplace(std::string(source), status == statuses.end()
                                                         ? inventory::SourceStatus{}
                                                         : status->second);
    }
    const auto before = believed_.find(name);
    next[name] = inventory::next_snapshot(before == believed_.end() ? nullptr : &before->second,
                                          std::move(collected))
                     .value();
  }

  void answer(const wire::Reply& reply) {
    if (!reply.send_full.empty()) queued_.push_back(make_report(believed_, reply.send_full));
    if (reply.send_hashes) {
      wire::Report report = make_report(believed_, {});
      for (const auto& [name, section] : believed_) {
        report.hashes[name] = {section.schema, section.hash.to_hex(),
                               inventory::status_line(name, section.sources)};
      }
      queued_.push_back(std::move(report));
    }
  }
};

}  // namespace muster::server
