// SPDX-License-Identifier: Apache-2.0
// The users section: accounts of /etc/passwd with the groups of /etc/group. Files only: directory
// users (NIS, LDAP, SSSD) are never enumerated, so the lines "+..." and "-..." that include them
// are skipped. Passwords are never read: neither /etc/shadow nor the second field. Lines are taken
// as the C library takes them, because what it takes for an account can log in: blanks in front are
// skipped, fields at the end may be missing. Pure except collect_users; any thread.
// Source: passwd(5), group(5); nss/nss_files and pwd/fgetpwent_r.c of glibc.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/collect/collector.h"
#include "common/inventory/sections/users.h"

namespace muster::agent::collect {

struct UserList {
  std::vector<inventory::User> users;
  // The first line that is none, with its number, or else what every system has and is missing;
  // empty when all is well.
  std::string problem;
  bool has_groups = false;  // /etc/group has at least one
};

// When a name occurs twice its first line counts, as it does for getpwnam(3). `groups` are those
// that id(1) says: the primary group, by its first line as getgrgid(3) has it, and those whose line
// in /etc/group names the account. Without /etc/group (nullopt) nobody has any.
UserList parse_users(std::string_view passwd, std::optional<std::string_view> group);

CollectedSection collect_users(host::Host& host);

}  // namespace muster::agent::collect
