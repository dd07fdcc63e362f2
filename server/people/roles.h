// SPDX-License-Identifier: Apache-2.0
// Who may do what: four roles, the permissions that routes ask for, and the one table that says
// which role has which. Compile time only; nothing of it is kept in the store but a role's name.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace muster::server::people {

enum class Role { kRequester, kViewer, kTechnician, kAdmin };

inline constexpr std::array<std::string_view, 4> kRoleNames = {"requester", "viewer", "technician",
                                                               "admin"};

constexpr std::string_view to_string(Role role) {
  return kRoleNames[static_cast<std::size_t>(role)];
}

constexpr std::optional<Role> parse_role(std::string_view name) {
  for (std::size_t i = 0; i < kRoleNames.size(); ++i) {
    if (kRoleNames[i] == name) return static_cast<Role>(i);
  }
  return std::nullopt;
}

enum class Permission {
  kOwnAccount,     // own password, sessions and API tokens
  kOwnTickets,     // report a problem, follow and answer one's own tickets
  kOwnDevices,     // see the items that one owns
  kReadInventory,  // every item, its sections without the personal ones, relations, changes,
                   // queries
  kReadTickets,    // every ticket with its internal notes
  kReadPersonal,   // sections marked personal or sensitive; reading them is audited
  kRunSql,         // the SQL console: its views hold personal sections too
  kEditItems,      // create, edit, archive, merge, import
  kWorkTickets,    // change, assign, link, resolve
  kPurgeItems,     // remove an item with its history
  kManageAgents,   // join tokens, approving and revoking agents
  kManageUsers,    // accounts, roles, other people's API tokens
  kReadAudit,
  kReadMetrics,  // counters of the server
};

struct PermissionRow {
  Permission permission;
  std::string_view name;
  std::array<bool, 4> allowed;  // requester, viewer, technician, admin
};

// clang-format off
inline constexpr std::array<PermissionRow, 14> kPermissions = {{
    //                                                  requester viewer technician admin
    {Permission::kOwnAccount,    "own_account",          {true,  true,  true,  true}},
    {Permission::kOwnTickets,    "own_tickets",          {true,  true,  true,  true}},
    {Permission::kOwnDevices,    "own_devices",          {true,  true,  true,  true}},
    {Permission::kReadInventory, "read_inventory",       {false, true,  true,  true}},
    {Permission::kReadTickets,   "read_tickets",         {false, true,  true,  true}},
    {Permission::kReadPersonal,  "read_personal",        {false, false, true,  true}},
    {Permission::kRunSql,        "run_sql",              {false, false, true,  true}},
    {Permission::kEditItems,     "edit_items",           {false, false, true,  true}},
    {Permission::kWorkTickets,   "work_tickets",         {false, false, true,  true}},
    {Permission::kPurgeItems,    "purge_items",          {false, false, false, true}},
    {Permission::kManageAgents,  "manage_agents",        {false, false, false, true}},
    {Permission::kManageUsers,   "manage_users",         {false, false, false, true}},
    {Permission::kReadAudit,     "read_audit",           {false, false, false, true}},
    {Permission::kReadMetrics,   "read_metrics",         {false, true,  true,  true}},
}};
// clang-format on

constexpr bool may(Role role, Permission permission) {
  return kPermissions[static_cast<std::size_t>(permission)].allowed[static_cast<std::size_t>(role)];
}

constexpr std::string_view to_string(Permission permission) {
  return kPermissions[static_cast<std::size_t>(permission)].name;
}

static_assert(
    [] {
      for (std::size_t i = 0; i < kPermissions.size(); ++i) {
        if (kPermissions[i].permission != static_cast<Permission>(i)) return false;
      }
      return true;
    }(),
    "the rows of kPermissions stand in the order of Permission");

}  // namespace muster::server::people
