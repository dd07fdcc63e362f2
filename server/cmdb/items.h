// SPDX-License-Identifier: Apache-2.0
// Items: made by hand or by a first report, edited as sourced values, archived, merged by
// assignment, purged. Functions take a transaction inside Store::read or Store::write; what people
// do through them is audited in it (item.create, item.edit, item.archive, item.unarchive,
// item.purge). Errors as Error: item_not_found and item_not_known_yet (404), item_purged (410),
// precondition_failed (412), invalid_value (422).
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "server/people/audit.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::cmdb {

// The attributes that people may set; lifecycle is one of lifecycle_states()
// (server/model/lifecycle.h), class one of item_classes() by its path or the end of it
// (server/model/classes.h).
inline constexpr std::string_view kItemAttributes[] = {"name",     "class",     "owner",
                                                       "location", "lifecycle", "note"};
inline constexpr std::size_t kAttributeBytes = 4096;

struct ItemValue {
  std::string value;
  Instant since;
  std::string actor;  // who entered it
  std::int64_t source_record = 0;
  std::int64_t revision = 0;
};

using ItemAttributes = std::map<std::string, ItemValue, std::less<>>;  // by name

struct ItemSource {
  std::int64_t source_record = 0;
  std::string kind;  // agent, manual
  Instant since;
  std::string reason;  // why it is assigned to this item
};

struct Item {
  std::int64_t item_id = 0;
  std::int64_t version = 1;  // the present one, also under at=: If-Match is compared with it
  Instant created_at;
  bool archived = false;
  ItemAttributes attributes;  // entered by hand; "archived" is not among them
  std::vector<ItemSource> sources;
};

// Error 404 when there is no such item, 410 when it was purged, and 404 item_not_known_yet, with
// known_since, at a point before anything was known of it.
Item get_item(store::Transaction& transaction, std::int64_t item_id, const store::ReadPoint& point);

// nullopt as a value clears the attribute.
using AttributeEdits = std::map<std::string, std::optional<std::string>, std::less<>>;

// `name` is required. Returns the new item's id.
std::int64_t create_item(store::Transaction& transaction, const AttributeEdits& attributes,
                         const people::Actor& actor, Instant now);
void edit_item(store::Transaction& transaction, std::int64_t item_id, std::int64_t version,
               const AttributeEdits& edits, const people::Actor& actor, Instant now);
// Does nothing where it is so already.
void set_archived(store::Transaction& transaction, std::int64_t item_id, bool archived,
                  const people::Actor& actor, Instant now);

// Moves a source record to another item, from now on: what merge and un-merge are made of, which
// have the entries in the audit log. No fact is touched.
void assign_source(store::Transaction& transaction, std::int64_t source_record,
                   std::int64_t item_id, const std::string& reason, const people::Actor& actor,
                   Instant now);

// Deletes the item, its source records and all their facts for ever; its number is kept as purged.
// Agents that report for it are revoked; their ids and certificates' serials are returned for the
// side log.
struct Purged {
  std::vector<std::string> agent_ids;
  std::vector<std::string> certificate_serials;
};
Purged purge_item(store::Transaction& transaction, std::int64_t item_id, const people::Actor& actor,
                  Instant now);

}  // namespace muster::server::cmdb
