// SPDX-License-Identifier: Apache-2.0
#include "server/store/revisions.h"

#include <algorithm>

#include "server/store/fault.h"

namespace muster::server::store {
namespace {

constexpr std::string_view kLastTime = "SELECT MAX(recorded_at) FROM revisions";
constexpr std::string_view kInsert = R"sql(
  INSERT INTO revisions (recorded_at, kind, actor, source_record, report_sequence, agent_version,
    time_uncertain,
                         possibly_collector)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) RETURNING revision_id)sql";

}  // namespace

Revision add_revision(Transaction& transaction, Instant now, const NewRevision& revision) {
  // known_at= finds the last revision up to a time, so times must never run back even when the
  // clock does.
  const Instant at{std::max(now.ms, transaction.find_integer(kLastTime).value_or(0))};
  const auto id = transaction.find_integer(
      kInsert,
      {at.ms, revision.kind, revision.actor, revision.source_record, revision.report_sequence,
       revision.agent_version, revision.time_uncertain, revision.possibly_collector});
  store_fault("revision.added");
  return {*id, at};
}

}  // namespace muster::server::store
