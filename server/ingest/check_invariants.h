// SPDX-License-Identifier: Apache-2.0
// What must hold in every database that only Muster has written: looked at by muster-server doctor,
// after a restore, and by tests after they have done their worst. Reads everything, so it takes
// time in proportion to the database; run it on a session without a statement limit, inside one
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

// Called now and then during what takes long: the section, and how many of its source records were
// looked at of how many.
using InvariantProgress = std::function<void(std::string_view, std::size_t, std::size_t)>;

// For every section, over the whole history: rows of one key that do not overlap in time; times and
// revisions that fit; shared content that is there; hashes that are those of what stands in the
// rows; for each source record, hash + kept_hash is the sum of the hashes of its open rows. For the
// rest: intervals that do not overlap, assignments, agents, revisions, statuses and links that lead
// to something, the root that an agent sent and that was agreed to. Works on every database.
std::vector<InvariantCheck> check_invariants(store::Transaction& transaction,
                                             const InvariantProgress& progress = {});

}  // namespace muster::server::ingest
