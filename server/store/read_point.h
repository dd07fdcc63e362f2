// SPDX-License-Identifier: Apache-2.0
// The moment that a read asks about, and the one place where its two time predicates are written
// (model.md section 2):
//
//   at        valid time: what held at that moment. Without it: now.
//   known_at  recorded time: only what had been recorded by then counts. Without it: all that is
//             known now.
//
// Every temporal query contains `holds(alias)` of each temporal table that it reads and binds ?1 =
// at_ms and ?2 = revision as its first two values; its own values begin with ?3. Pure; any thread.
#pragma once
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/clock.h"
#include "server/store/transaction.h"

namespace muster::server::store {

struct ReadPoint {
  std::int64_t at_ms = 0;  // reference time for ages in a query
  std::int64_t revision = std::numeric_limits<std::int64_t>::max();  // the last that was known
  bool is_now = false;  // neither at= nor known_at= was given

  // The present, which `now` is.
  static ReadPoint now(Instant now) { return {.at_ms = now.ms, .is_now = true}; }

  // SQL that is true for the rows of a temporal table (since, until, opened_by, closed_by) that
  // hold at this point.
  std::string holds(std::string_view alias) const;
  // SQL that is true for the rows of a section table that hold and belong to `source_record` (an
  // expression). Use it wherever rows are reached from a source record: the section tables have one
  // index over open rows and one over closed rows, and only this form lets the past use both.
  std::string holds_of(std::string_view alias, std::string_view source_record) const;
  // The first two values of the query.
  Transaction::Values values() const { return {at_ms, revision}; }
};

// Turns the parameters of a request into a read point: known_at becomes the last revision recorded
// by then. `now` is the present, used where `at` is absent.
ReadPoint read_point(Transaction& transaction, std::optional<Instant> at,
                     std::optional<Instant> known_at, Instant now);

}  // namespace muster::server::store
