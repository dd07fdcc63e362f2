// SPDX-License-Identifier: Apache-2.0
// What must hold in every database that only Muster has written: checked by muster-server doctor,
// after a restore, and by tests after crashes and faults. Reads everything, so it takes time in
// proportion to the database; run it on a connection without a statement limit, inside one
// transaction.
#pragma once
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/transaction.h"

namespace muster::server::ingest {

struct InvariantCheck {
  std::string what;  // "packages: hashes are the sums of the rows"
  std::int64_t violations = 0;
  std::string first;  // an example of a violation, for a person

  bool ok() const { return violations == 0; }
};

// Called from time to time during long checks: the section, how many of its source records were
// checked, and how many there are.
using InvariantProgress = std::function<void(std::string_view, std::size_t, std::size_t)>;

// For every section, over the whole history: rows of one key do not overlap in time; times and
// revisions agree; shared content exists; stored hashes are the hashes of the stored rows; for each
// source record, hash + kept_hash is the sum of the hashes of its open rows. For the other tables:
// intervals do not overlap; assignments, agents, revisions, statuses and links refer to rows that
// exist; the root that was agreed with an agent is that of its sections. Works on every database.
std::vector<InvariantCheck> check_invariants(store::Transaction& transaction,
                                             const InvariantProgress& progress = {});

}  // namespace muster::server::ingest
