// SPDX-License-Identifier: Apache-2.0
#include "server/api/item_ref.h"

#include "common/support/text.h"
#include "server/cmdb/item_list.h"
#include "server/cmdb/items.h"
#include "server/error.h"

namespace muster::server {

std::int64_t find_item_named(Session& session, const std::string& text, const ReadPoint& point) {
  const ResolvedItem found = resolve_item(session, text, point);
  if (found.item_id) return *found.item_id;
  if (found.exact) {
    std::string names;
    for (const ItemSummary& candidate : found.candidates) {
      names += (names.empty() ? "" : "; ") + std::to_string(candidate.item_id) + ' ' +
               candidate.name + (candidate.serial_number ? ' ' + *candidate.serial_number : "");
    }
    throw Error(Status::kConflict, "ambiguous_item",
                '"' + text + "\" is ambiguous: " + std::to_string(found.candidates.size()) +
                    " items are called so.")
        .with("candidates", names);
  }
  // A number that was purged, or was not there yet, has an answer of its own.
  if (const auto id = parse_integer(text); id && *id > 0) get_item(session, *id, point);
  Error error(Status::kNotFound, "item_not_found", "No item is called \"" + text + "\".");
  if (found.candidates.size() == 1)
    error.message += " Did you mean " + found.candidates.front().name + "?";
  throw error;
}

}  // namespace muster::server
