// SPDX-License-Identifier: Apache-2.0
#include "server/store/read_point.h"

namespace muster::server::store {
namespace {

constexpr std::string_view kLastRevision =
    "SELECT MAX(revision_id) FROM revisions WHERE recorded_at <= ?1";

}  // namespace

std::string ReadPoint::holds(std::string_view alias) const {
  const std::string t(alias);
  // The present needs no comparison: what is open now is what holds now, and partial indexes answer
  // it.
  if (is_now) return t + ".until IS NULL";
  // A row that was closed by a later revision than ?2 was still open as far as anyone knew.
  return "(" + t + ".since <= ?1 AND " + t + ".opened_by <= ?2 AND (" + t + ".until IS NULL OR " +
         t + ".until > ?1 OR " + t + ".closed_by > ?2))";
}

std::string ReadPoint::holds_of(std::string_view alias, std::string_view source_record) const {
  const std::string t(alias);
  const std::string of = t + ".source_record = " + std::string(source_record) + " AND " + t;
  if (is_now) return '(' + of + ".until IS NULL)";
  const std::string begun = " AND " + t + ".since <= ?1 AND " + t + ".opened_by <= ?2";
  return "((" + of + ".until IS NULL" + begun + ") OR (" + of + ".until IS NOT NULL" + begun +
         " AND (" + t + ".until > ?1 OR " + t + ".closed_by > ?2)))";
}

ReadPoint read_point(Transaction& transaction, std::optional<Instant> at,
                     std::optional<Instant> known_at, Instant now) {
  ReadPoint point;
  point.at_ms = at.value_or(now).ms;
  point.is_now = !at && !known_at;
  if (known_at)
    point.revision = transaction.find_integer(kLastRevision, {known_at->ms}).value_or(0);
  return point;
}

}  // namespace muster::server::store
