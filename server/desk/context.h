// SPDX-License-Identifier: Apache-2.0
// What changed on the machines of a ticket before the trouble began: the observed changes of all
// linked items, newest first, and the spans of which nothing is known.
//
// A change lies between two looks. One that was first seen after the trouble began, but may have
// happened before (its last good look with the old state was earlier), is among them: with a look
// every quarter of an hour the change that broke something is usually seen only afterwards.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "server/desk/links.h"
#include "server/facts/changes.h"

namespace muster::server::desk {

inline constexpr int kDefaultContextHours = 24;
inline constexpr int kMaxContextHours = 168;
inline constexpr std::size_t kMaxContextChanges = 500;

struct ContextItem {
  std::int64_t item_id = 0;
  std::string name = {};
  LinkRole role = LinkRole::kAffected;
  std::vector<facts::ChangeGap> gaps = {};  // within the span
};

struct ContextChange {
  std::string item_name;
  facts::Change change;
  bool seen_afterwards = false;  // first seen after began_at; may have happened before
};

struct TicketContext {
  Instant from = {};
  Instant began_at = {};
  std::vector<ContextItem> items = {};
  std::vector<ContextChange> changes =
      {};               // newest first; those that may be the collector's doing last
  bool is_cut = false;  // there were more changes than are shown
};

// `personal`: also changes of personal sections (Permission::kReadPersonal; reading is audited by
// the caller). Errors: ticket_not_found 404, forbidden 403 for those who do not see all tickets,
// invalid_value 422 for the hours.
TicketContext ticket_context(store::Transaction& transaction, Instant now, const TicketView& view,
                             std::int64_t ticket_id, int hours, bool personal);

}  // namespace muster::server::desk
