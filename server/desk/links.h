// SPDX-License-Identifier: Apache-2.0
// Links between tickets and items: which assets an incident is about, in what role, who linked them
// and why. A link is never deleted; unlinking closes it. Functions are called inside a transaction.
//
// Errors: ticket_not_found, item_not_found, link_not_found 404, item_purged 410, already_linked 409
// (with link_id), too_many_links 409, forbidden 403, invalid_value 422.
#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/desk/tickets.h"

namespace muster::server::desk {

inline constexpr std::size_t kMaxLinkReasonBytes = 1'000;
inline constexpr std::int64_t kMaxLinks = 200;  // open ones of one ticket

enum class LinkRole { kAffected, kCause, kRelated, kRequested };
inline constexpr std::array<std::string_view, 4> kLinkRoleNames = {"affected", "cause", "related",
                                                                   "requested"};
constexpr std::string_view to_string(LinkRole role) {
  return kLinkRoleNames[static_cast<std::size_t>(role)];
}
std::optional<LinkRole> parse_link_role(std::string_view name);

struct Link {
  std::int64_t id = 0;
  std::int64_t ticket_id = 0;
  std::int64_t item_id = 0;
  std::string item_name = {};
  LinkRole role = LinkRole::kAffected;
  std::optional<std::string> reason = {};
  Instant linked_at = {};
  std::string linked_by = {};
};

// Without kWorkTickets a user may only link an item that they own to their own ticket, as affected.
Link link_item(store::Transaction& transaction, Instant now, const people::Actor& actor,
               const TicketView& view, std::int64_t ticket_id, std::int64_t item_id, LinkRole role,
               const std::string& reason);
void unlink_item(store::Transaction& transaction, Instant now, const people::Actor& actor,
                 const TicketView& view, std::int64_t ticket_id, std::int64_t link_id);

// Before an item is purged, which takes its links away: each ticket that it is linked to keeps an
// event that says so, without the item's name.
void tell_tickets_of_purge(store::Transaction& transaction, Instant now, const people::Actor& actor,
                           std::int64_t item_id);

// The open ones, oldest first. Users without kReadTickets see only the links they created.
std::vector<Link> list_links(store::Transaction& transaction, Instant now, const TicketView& view,
                             std::int64_t ticket_id);

// The names of the first few items that each ticket of a list is linked to, by the tickets' ids;
// those without links are not among them. Those who do not see all tickets get the links that
// they made.
inline constexpr std::size_t kNamesInList = 5;
std::map<std::int64_t, std::vector<std::string>> linked_item_names(
    store::Transaction& transaction, Instant now, const TicketView& view,
    const std::vector<Ticket>& tickets);

// What people call each of the items now, in their order: its name, else its host name, else
// "item 17". Asked for in one go, however many there are.
std::vector<std::string> item_names(store::Transaction& transaction, Instant now,
                                    const std::vector<std::int64_t>& items);
std::string item_name(store::Transaction& transaction, Instant now, std::int64_t item_id);

}  // namespace muster::server::desk
