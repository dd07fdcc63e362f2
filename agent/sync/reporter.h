// SPDX-License-Identifier: Apache-2.0
// One cycle: what was collected becomes a report, waits on disk, and goes to the server after all
// that waited before it. The order of writes makes a crash harmless at any point:
//
//   1. `sequence` (fsynced)   2. the report in the spool   3. `snapshot`
//   4. sending                5. removal of the spool file
//
// After a crash between 2 and 3 the next start brings the snapshot forward with the newest spooled
// report; a report that is sent twice has the same sequence and root, by which the server knows it.
// Between cycles nothing is kept in memory. One thread, under the StateLock.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/sync/answer.h"
#include "agent/sync/exchange_record.h"
#include "agent/sync/plan.h"
#include "agent/sync/spool.h"
#include "agent/sync/state_directory.h"
#include "agent/sync/transport.h"
#include "common/support/clock.h"
#include "common/support/log.h"

namespace muster::agent::sync {

struct CycleOutcome {
  bool acknowledged = false;               // everything, up to what was collected now
  std::vector<std::string> changed;        // sections that this cycle found changed
  std::int64_t sequence = 0;               // of the last report that was sent
  int exchanges = 0;                       // requests that got an acknowledgement
  std::uint64_t sent_bytes = 0;            // on the wire, without TLS
  std::size_t waiting = 0;                 // reports that are still in the spool
  std::int64_t interval_s = 900;           // until the next cycle, as the server asked for
  std::optional<ExchangeProblem> problem;  // why not acknowledged
  AnswerKind answer = AnswerKind::kReply;  // of the last exchange
  std::optional<std::int64_t> retry_after_s;
};

class Reporter {
 public:
  static constexpr int kFollowUps = 3;     // exchanges of a cycle that the server asked for
  static constexpr int kSingleSends = 64;  // sections sent alone after a rejection

  // All outlive the reporter.
  Reporter(const StateDirectory& directory, const Clock& clock, const Log& log,
           std::uint64_t spool_bytes = kSpoolBytes)
      : directory_(directory), clock_(clock), log_(log), spool_bytes_(spool_bytes) {}

  // Failure: the agent's own files cannot be read or written. A server that cannot be reached is no
  // failure.
  Result<CycleOutcome> cycle(Collection collection, Transport& transport);

  // The JSON of the report that a cycle would make now; changes nothing.
  Result<std::string> preview(Collection collection) const;

 private:
  struct Cycle;

  Result<SyncState> load_state() const;
  Result<Done> save_state(const SyncState& state) const;
  Result<std::int64_t> last_sequence(const SyncState& state) const;
  Result<Done> take_sequence(SyncState& state) const;
  Result<Done> recover(SyncState& state, Spool& spool) const;
  Result<Done> record_changes(Cycle& cycle) const;
  Result<Done> exchange_all(Cycle& cycle, Transport& transport) const;
  Result<bool> exchange_one(Cycle& cycle, const PendingReport& report, bool spooled,
                            Transport& transport) const;
  Answer send(const PendingReport& report, const std::string& boot_id, Transport& transport) const;
  void note_problem(Cycle& cycle, const Answer& answer) const;
  Result<Done> settle(Cycle& cycle, const PendingReport& report, bool spooled,
                      bool must_save) const;
  Result<Done> start_over(Cycle& cycle, std::int64_t last_sequence) const;
  Result<Done> finish(Cycle& cycle) const;

  const StateDirectory& directory_;
  const Clock& clock_;
  const Log& log_;
  std::uint64_t spool_bytes_;
};

}  // namespace muster::agent::sync
