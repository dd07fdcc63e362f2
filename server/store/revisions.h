// SPDX-License-Identifier: Apache-2.0
// Revisions: one for each report or edit that changes anything; every temporal row names the one
// that opened and the one that closed it. To be called inside a write transaction.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/clock.h"
#include "server/store/transaction.h"

namespace muster::server::store {

struct NewRevision {
  std::string_view kind;  // report, edit, enrolment, system
  std::string actor;      // agent id, user name, or the part of the server
  std::optional<std::int64_t> source_record;
  std::optional<std::int64_t> report_sequence;
  std::optional<std::string> agent_version;
  bool time_uncertain = false;
  bool possibly_collector = false;
};

struct Revision {
  std::int64_t id = 0;
  Instant recorded_at;  // `now`, or the time of the revision before where the clock was set back
};

Revision add_revision(Transaction& transaction, Instant now, const NewRevision& revision);

}  // namespace muster::server::store
