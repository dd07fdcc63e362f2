// SPDX-License-Identifier: Apache-2.0
// Tickets (incidents): what is wrong, since when, who has it, who works on it. Every change leaves
// an event among the notes and an entry in the audit log. Functions are called inside a
// transaction.
//
// Who may see and do what comes in as a TicketView; a ticket that somebody may not see is not there
// (404). Errors: ticket_not_found 404, forbidden 403, precondition_failed 412, invalid_transition
// 409, invalid_value 422.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "server/desk/ticket_states.h"
#include "server/people/audit.h"
#include "server/people/principal.h"
#include "server/store/transaction.h"

namespace muster::server::desk {

inline constexpr std::size_t kMaxTitleBytes = 200;
inline constexpr std::size_t kMaxDescriptionBytes = 20'000;
inline constexpr std::size_t kMaxResolutionBytes = 20'000;
inline constexpr std::int64_t kMaxAheadMs =
    5 * 60 * 1000;  // clocks differ; trouble is not foreseen
inline constexpr std::int64_t kFirstTicketNumber = 1000;

// What somebody may see and do at the desk.
struct TicketView {
  std::int64_t user_id = 0;
  std::string user_name;
  bool sees_all = false;  // otherwise only the tickets that they are the requester of
  bool works = false;     // may change, assign and link
};
TicketView ticket_view(const people::Principal& principal);

struct Ticket {
  std::int64_t id = 0;
  TicketState state = TicketState::kNew;
  std::string title = {};
  std::string description = {};                     // empty in lists
  std::optional<std::string> requester = {};        // user name, or of a person without an account
  std::optional<std::int64_t> requester_user = {};  // where it is an account
  std::optional<std::string> assignee = {};         // user name
  Instant began_at = {};
  Instant created_at = {};
  std::string created_by = {};
  Instant updated_at = {};
  std::optional<Instant> resolved_at = {};
  std::optional<std::string> resolution = {};
  std::int64_t version = 1;  // ETag; notes and links do not count
};

std::string ticket_number(std::int64_t ticket_id);  // "INC-1042"
// Of "INC-1042" in any case; nullopt: not one.
std::optional<std::int64_t> parse_ticket_number(std::string_view text);

struct NewTicket {
  std::string title;
  std::string description = {};
  std::optional<std::string> requester = {};  // default: who creates it
  std::optional<std::string> assignee = {};   // user name of somebody who works tickets
  std::optional<Instant> began_at = {};       // default: now
};

// Without kWorkTickets a user may only open tickets for themselves and may not assign them.
Ticket create_ticket(store::Transaction& transaction, Instant now, const people::Actor& actor,
                     const TicketView& view, const NewTicket& ticket);

// What is absent stays. An empty requester, assignee or resolution is removed.
struct TicketChange {
  std::optional<TicketState> state = {};
  std::optional<std::string> title = {};
  std::optional<std::string> description = {};
  std::optional<std::string> requester = {};
  std::optional<std::string> assignee = {};
  std::optional<Instant> began_at = {};
  std::optional<std::string> resolution = {};
};

Ticket update_ticket(store::Transaction& transaction, Instant now, const people::Actor& actor,
                     const TicketView& view, std::int64_t ticket_id, std::int64_t expected_version,
                     const TicketChange& change);

Ticket get_ticket(store::Transaction& transaction, const TicketView& view, std::int64_t ticket_id);

struct TicketFilter {
  std::vector<TicketState> states = {};       // any of them; none: all
  std::optional<std::string> assignee = {};   // user name; empty text: nobody's
  std::optional<std::string> requester = {};  // as in Ticket::requester
  std::optional<std::int64_t> item_id = {};   // linked to it now
  std::string text = {};  // every word in the title, the description or as the number
  std::size_t limit = 100;
  std::optional<std::string> cursor = {};
};

struct TicketPage {
  std::vector<Ticket> tickets;  // last changed first
  std::optional<std::string> next = {};
};
TicketPage list_tickets(store::Transaction& transaction, const TicketView& view,
                        const TicketFilter& filter);

}  // namespace muster::server::desk
