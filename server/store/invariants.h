// SPDX-License-Identifier: Apache-2.0
// Invariants as data: what must hold in every database that only Muster has written. Each part of
// the server declares those of its own tables (invariants.h in its folder), and
// server/installation/check_invariants.h checks all of them. Here are the shape of a rule, the
// kinds that most tables have, and the check. Errors: StoreError; a rule that is violated is an
// answer and no error.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/transaction.h"

namespace muster::server::store {

struct InvariantRule {
  std::string what;  // "assignments: end after they began"
  std::string sql;   // its rows are the violations; the first column of one says which it is
};

struct InvariantCheck {
  std::string what;  // "packages: hashes are the sums of the rows"
  std::int64_t violations = 0;
  std::string first;  // an example of a violation, for a person

  bool ok() const { return violations == 0; }
};

// One more violation; the first one is kept as the example.
void count_violation(InvariantCheck& check, std::string example);

// A temporal table (columns since, until) in which the intervals of one thing must not overlap.
// `id` is the column by which a row is named, `thing` the columns that make it one thing.
InvariantRule no_overlap(std::string_view table, std::string_view id, std::string_view thing);

// Each row of the table has an owner: a row of `owner` whose `owner_key` is in `column`.
InvariantRule leads_to(std::string_view table, std::string_view column, std::string_view owner,
                       std::string_view owner_key);

// The rules of the store's own tables: revisions.
std::vector<InvariantRule> invariants();

InvariantCheck check_rule(Transaction& transaction, const InvariantRule& rule);

}  // namespace muster::server::store
