// SPDX-License-Identifier: Apache-2.0
// The users section: accounts of /etc/passwd with the groups of /etc/group that name them. Files
// only: directory users (NIS, LDAP, SSSD) are never enumerated, so the lines "+..." and "-..." that
// include them are skipped. Passwords are never read: neither /etc/shadow nor the second field.
// Pure but for collect_users; any thread. Source: passwd(5), group(5).
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "common/inventory/sections/users.h"

namespace muster::agent {

struct UserList {
  std::vector<inventory::User> users;
  std::string problem;  // the first line that is none, with its number; empty when all were
};

// When a name occurs twice its first line counts, as it does for getpwnam(3). `groups` are those
// whose line in /etc/group names the account; the primary group is in `gid`.
UserList parse_users(std::string_view passwd, std::string_view group);

Collected collect_users(Host& host);

}  // namespace muster::agent
