// SPDX-License-Identifier: Apache-2.0
#include "server/desk/ticket_states.h"

#include <catch2/catch.hpp>

#include "tests/server/desk/desk_support.h"

namespace muster::server {
namespace {

TEST_CASE("which state may follow which", "[desk]") {
  const std::vector<std::pair<std::string_view, std::string_view>> allowed = {
      {"new", "in_progress"},    {"new", "on_hold"},          {"new", "resolved"},
      {"new", "closed"},         {"in_progress", "on_hold"},  {"in_progress", "resolved"},
      {"in_progress", "closed"}, {"on_hold", "in_progress"},  {"on_hold", "resolved"},
      {"on_hold", "closed"},     {"resolved", "in_progress"}, {"resolved", "closed"},
      {"closed", "in_progress"}};
  std::size_t count = 0;
  for (const std::string_view from : desk::kTicketStateNames) {
    for (const std::string_view to : desk::kTicketStateNames) {
      CAPTURE(from, to);
      const bool may =
          desk::may_follow(*desk::parse_ticket_state(from), *desk::parse_ticket_state(to));
      count += may ? 1 : 0;
      const bool listed =
          std::find(allowed.begin(), allowed.end(), std::pair(from, to)) != allowed.end();
      CHECK(may == listed);
    }
  }
  CHECK(count == allowed.size());
  CHECK_FALSE(desk::parse_ticket_state("New"));
  CHECK_FALSE(desk::parse_ticket_state(""));
}

TEST_CASE("a ticket takes exactly the steps of the table", "[desk]") {
  DeskFixture desk;
  for (std::size_t from = 0; from < 5; ++from) {
    for (std::size_t to = 0; to < 5; ++to) {
      if (from == to) continue;
      desk::Ticket ticket = desk.create(desk.technician, {.title = "t"});
      const auto start = static_cast<desk::TicketState>(from);
      const auto end = static_cast<desk::TicketState>(to);
      if (start != desk::TicketState::kNew)
        ticket = desk.update(desk.technician, ticket, {.state = start});
      const std::string code =
          code_of([&] { ticket = desk.update(desk.technician, ticket, {.state = end}); });
      CAPTURE(desk::to_string(start), desk::to_string(end));
      CHECK(code == (desk::may_follow(start, end) ? "" : "invalid_transition"));
      CHECK(ticket.state == (desk::may_follow(start, end) ? end : start));
      CHECK(ticket.resolved_at.has_value() == !desk::is_open(ticket.state));
    }
  }
}

}  // namespace
}  // namespace muster::server
