// SPDX-License-Identifier: Apache-2.0
#include "server/desk/invariants.h"

namespace muster::server::desk {

std::vector<store::InvariantRule> invariants() {
  return {
      store::leads_to("ticket_notes", "ticket_id", "tickets", "ticket_id"),
      store::leads_to("ticket_links", "ticket_id", "tickets", "ticket_id"),
      store::leads_to("ticket_links", "item_id", "items", "item_id"),
  };
}

}  // namespace muster::server::desk
