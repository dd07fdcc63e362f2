// SPDX-License-Identifier: Apache-2.0
// The loop of the agent: collect what is due, report, renew the certificate, wait. The waiting
// itself is in the command `run`, so tests drive a Daemon without time. Each cycle loads what it
// needs from disk; only the time at which each class was last collected is kept, so that an idle
// agent is small. One thread, under the StateLock.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "agent/report/collect_sections.h"
#include "agent/sync/back_off.h"
#include "agent/sync/enroll.h"
#include "agent/sync/reporter.h"
#include "agent/sync/state_directory.h"
#include "common/support/clock.h"
#include "common/support/log.h"

namespace muster::agent::sync {

// The parts that a daemon works with; all outlive it.
struct DaemonParts {
  const StateDirectory& directory;
  report::SectionCollector& collector;
  const report::SectionNames& disabled;
  const Clock& clock;
  const Log& log;
  TransportFactory make_transport;
  Chance chance;
  std::string boot_id;
  int cancel_descriptor = -1;
};

class Daemon {
 public:
  explicit Daemon(DaemonParts parts) : parts_(std::move(parts)) {}

  // Collects the classes that are due (all when `everything`), exchanges, and proves or renews the
  // certificate. Failure: not enrolled (kNotFound), or the agent's own files cannot be used.
  Result<CycleOutcome> cycle(bool everything = false);
  // The time to wait after the last cycle.
  std::int64_t delay_ms() const { return delay_ms_; }

  // The material of the next report.
  Collection collect(bool everything);

 private:
  bool is_due(inventory::Interval interval, bool everything) const;
  void renew_when_due(AgentIdentity& identity);
  Result<Done> prove(const AgentIdentity& identity, const CycleOutcome& outcome);
  std::unique_ptr<Transport> transport_of(const AgentIdentity& identity,
                                          const Identity& with) const;

  DaemonParts parts_;
  std::map<std::string, Moment, std::less<>> collected_;  // by class
  std::optional<std::int64_t> renewal_tried_ms_;          // boottime
  std::int64_t delay_ms_ = 0;
  int failures_ = 0;
};

// "/proc/sys/kernel/random/boot_id" of this machine.
Result<std::string> read_boot_id(host::Host& host);

}  // namespace muster::agent::sync
