// SPDX-License-Identifier: Apache-2.0
// What must hold in every database that only Muster has written: looked at by muster-server doctor,
// after a restore, and by tests after they have done their worst. Reads everything, so it takes
// time in proportion to the database; run it on a session without a statement limit, inside one
// transaction.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "server/store/database.h"

namespace muster::server {

struct InvariantCheck {
  std::string what;  // "packages: hashes are the sums of the rows"
  std::int64_t violations = 0;
  std::string first;  // an example of a violation, for a person

  bool ok() const { return violations == 0; }
};

// For every section: at most one open row of a key; times and revisions that fit; shared content
// that is there; for each source record, hash + kept_hash is the sum of the hashes of its open
// rows. For the rest: assignments and agents that lead to something, at most one active agent of a
// source record.
std::vector<InvariantCheck> check_invariants(Session& session);

}  // namespace muster::server
