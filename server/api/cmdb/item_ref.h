// SPDX-License-Identifier: Apache-2.0
// What a request says of items and what answers to several of them share: the {item} of a path
// (an id, a name, a serial number or its last digits, or a tag), the summary of an item and the
// gaps of a history.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "common/json/write.h"
#include "server/cmdb/item_fields.h"
#include "server/cmdb/item_list.h"
#include "server/facts/changes.h"
#include "server/people/principal.h"
#include "server/store/read_point.h"
#include "server/store/transaction.h"

namespace muster::server::api {

// The item's id. Errors: 404 item_not_found, 410 item_purged, 409 ambiguous_item with `candidates`;
// for a point in the past, when the item that has the name at `now` was not known yet, 404
// item_not_known_yet.
std::int64_t find_item_named(store::Transaction& transaction, const std::string& text,
                             const store::ReadPoint& point, Instant now,
                             cmdb::Naming naming = cmdb::Naming::kAlsoEndOfSerial);

// The same now, for somebody who may not see the inventory: only among the items that they own. Of
// others' not even that they are there is told: 404 item_not_found.
std::int64_t find_visible_item(store::Transaction& transaction, const people::Principal& principal,
                               const std::string& text, Instant now);

// The members of the schema ItemSummary, into an object that is open.
void write_summary(JsonWriter& json, const cmdb::ItemSummary& summary);

// "gaps": spans of which nothing is known.
void write_gaps(JsonWriter& json, const std::vector<facts::ChangeGap>& gaps);

}  // namespace muster::server::api
