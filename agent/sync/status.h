// SPDX-License-Identifier: Apache-2.0
// `muster-agent status`: is this machine reporting, and if not, why and what to do. Read from the
// state folder alone; the server is not asked and the daemon not disturbed. Pure except the
// reading; one thread.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "agent/sync/exchange_record.h"
#include "agent/sync/state_directory.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::agent::sync {

struct AgentStatus {
  Instant now;
  std::optional<Failure> not_enrolled;  // why there is no identity to report with
  std::string agent_id;
  std::string server;
  std::optional<Instant> certificate_begins;
  std::optional<Instant> certificate_ends;
  ExchangeRecord record;
  std::size_t waiting = 0;  // reports in the spool
  std::uint64_t waiting_bytes = 0;
  std::optional<Instant> oldest_waiting;

  bool is_overdue() const;  // no attempt for three intervals: the daemon does not run
  bool has_certificate_ended() const;
  bool is_reporting() const;
};

Result<AgentStatus> look_at_status(const StateDirectory& directory, const Clock& clock);

std::string status_text(const AgentStatus& status);  // a few lines; the first says it all
std::string status_json(const AgentStatus& status);  // one object with "format":1

}  // namespace muster::agent::sync
