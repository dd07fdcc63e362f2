// SPDX-License-Identifier: Apache-2.0
// Observed changes: what changed on the machine itself, by the reports of its agents (model.md
// sections 2 and 4). A closed and an opened row of one report pair by key, or by pairing key when
// the key itself changed (an upgrade). Rows of a section's first report, and rows closed or opened
// because of the collecting (schema, not_collected), are not observed changes. Reads only; errors
// as Error.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/support/clock.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::facts {

enum class ChangeKind { kAdded, kRemoved, kChanged };

struct FieldChange {
  std::string field;
  std::optional<std::string> before;  // JSON of the value; nullopt: was absent
  std::optional<std::string> after;
};

struct Change {
  std::int64_t item_id = 0;
  std::string section;
  ChangeKind kind = ChangeKind::kChanged;
  std::string label;     // what it is about, for people: "openssl 3.0.8-1", "/var", "eth0"
  std::string sentence;  // "openssl upgraded 3.0.8-1 to 3.0.11-1" (row_text.h)
  Instant at;            // when the new state was first seen
  std::optional<Instant>
      not_before;  // last good look with the old state: it changed between not_before and at
  Instant recorded_at;
  std::int64_t revision = 0;
  std::string actor;  // agent id
  std::int64_t source_record = 0;
  std::int64_t row_id =
      0;  // of the row as it is after (kRemoved: was before); makes the order total
  bool time_uncertain = false;
  bool possibly_collector = false;
  std::vector<FieldChange>
      fields;       // of kChanged: those that differ; otherwise all that are present
  std::string row;  // the row as it is after (kRemoved: was before), as a JSON object
};

struct ChangeQuery {
  std::optional<Instant> from;  // changes seen at or after
  std::optional<Instant> to;    // changes seen before
  std::optional<std::string> section;
  bool personal = false;  // also of personal and sensitive sections (needs the permission)
  std::size_t limit = 200;
  // Only those after this one in the order of the answer; from ChangePage::next.
  std::optional<std::string> cursor;
};

struct ChangeGap {  // nothing is known of this span: it must not read as "unchanged"
  Instant since;
  Instant until;
  std::string reason;
};

struct ChangePage {
  std::vector<Change>
      changes;  // newest first; those that may be the collector's doing last within a report
  std::vector<ChangeGap> gaps;
  std::optional<std::string> next;
};

ChangePage item_changes(store::Transaction& transaction, std::int64_t item_id,
                        const store::ReadPoint& point, const ChangeQuery& query);

}  // namespace muster::server::facts
