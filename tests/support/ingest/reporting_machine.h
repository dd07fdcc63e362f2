// SPDX-License-Identifier: Apache-2.0
// A machine with an agent, for tests of the server without a network: it holds sections in memory,
// makes reports by the agent's own rules (common/inventory/snapshot.h) and obeys the server's
// replies. What it sends is the JSON that goes over the wire. Times are its own clock's, which a
// test may set wrong.
#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "common/inventory/sections/disks.h"
#include "common/inventory/sections/os.h"
#include "common/inventory/sections/packages.h"
#include "common/inventory/sections/system.h"
#include "common/inventory/sections/users.h"
#include "common/inventory/snapshot.h"
#include "common/support/digest.h"
#include "common/wire/report.h"
#include "server/ingest/ingest.h"
#include "server/store/store.h"

namespace muster::server {

void enrol_agent(store::Store& store, const std::string& agent_id);

class ReportingMachine {
 public:
  ReportingMachine(store::Store& store, ingest::Ingest& ingest, std::string hostname);

  void install(const std::string& name, const std::string& version);

  // The agent is installed anew: another id, nothing remembered.
  void reinstall_agent();

  // Looks at the machine now and queues what changed; `deliver` sends it.
  void collect();

  // Sends everything that is queued, in order, and what the server asks for. Returns the last
  // reply.
  wire::Reply deliver(int exchanges = 4);
  wire::Reply report();

  wire::Reply send(wire::Report& report);

  wire::Report make_report(const inventory::Snapshot& next, const std::vector<std::string>& whole);

  inventory::Snapshot look();

  std::vector<std::string> all_sections() const;

  std::int64_t wall_ms() const { return store_.clock().now().ms + clock_error_ms; }
  std::int64_t boottime_ms() const { return store_.clock().now().ms - booted_at_ms; }
  void reboot();

  inventory::OperatingSystem os;
  inventory::System system;
  std::map<std::string, inventory::Package> packages;
  std::map<std::string, inventory::Disk> disks;
  std::map<std::string, inventory::User> users;  // the section is reported where there are some
  std::map<std::string, inventory::ProviderStatus> statuses;  // by source, where not ok
  std::string boot_id = random_uuid();
  std::int64_t booted_at_ms = 0;
  std::int64_t clock_error_ms = 0;
  std::int64_t sequence = 0;
  std::string agent_version = "0.1.0";
  std::string last_json;
  inventory::Snapshot believed_;  // what was last put into a report
  std::deque<wire::Report> queued_;

 private:
  store::Store& store_;
  ingest::Ingest& ingest_;
  std::int64_t collected_boottime_ = 0;

 public:
  std::string agent_id;

 private:
  void put(inventory::Snapshot& next, const std::string& name, std::vector<inventory::Row> rows);

  void answer(const wire::Reply& reply);
};

}  // namespace muster::server
