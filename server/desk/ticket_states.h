// SPDX-License-Identifier: Apache-2.0
// The states of a ticket and which may follow which, as one table. Compile time only.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace muster::server::desk {

enum class TicketState { kNew, kInProgress, kOnHold, kResolved, kClosed };

inline constexpr std::array<std::string_view, 5> kTicketStateNames = {
    "new", "in_progress", "on_hold", "resolved", "closed"};

// clang-format off
inline constexpr std::array<std::array<bool, 5>, 5> kTicketTransitions = {{
    //  to:        new    in_progress on_hold resolved closed
    /* new      */ {false, true,       true,   true,    true},
    /* progress */ {false, false,      true,   true,    true},
    /* on_hold  */ {false, true,       false,  true,    true},
    /* resolved */ {false, true,       false,  false,   true},   // in_progress: it was not solved
    /* closed   */ {false, true,       false,  false,   false},  // reopened
}};
// clang-format on

constexpr std::string_view to_string(TicketState state) {
  return kTicketStateNames[static_cast<std::size_t>(state)];
}

constexpr std::optional<TicketState> parse_ticket_state(std::string_view name) {
  for (std::size_t i = 0; i < kTicketStateNames.size(); ++i) {
    if (kTicketStateNames[i] == name) return static_cast<TicketState>(i);
  }
  return std::nullopt;
}

constexpr bool may_follow(TicketState from, TicketState to) {
  return kTicketTransitions[static_cast<std::size_t>(from)][static_cast<std::size_t>(to)];
}

constexpr bool is_open(TicketState state) {
  return state != TicketState::kResolved && state != TicketState::kClosed;
}

}  // namespace muster::server::desk
