// SPDX-License-Identifier: Apache-2.0
// Local accounts, from files only: directory users are never enumerated.
#pragma once
#include "common/inventory/describe.h"

namespace muster::inventory {

struct User {
  std::string name;
  std::optional<std::int64_t> uid, gid;
  std::optional<std::string> full_name, home, shell;
  std::vector<std::string> groups;

  static constexpr auto kSection = [] {
    using R = User;
    return section<R>(
        {.name = "users",
         .title = "Users",
         .one = "User",
         .meaning = "Local accounts",
         .privacy = Privacy::kPersonal,
         .never_empty = true},
        key("name", &R::name, "Login name", {.read_from = "/etc/passwd"}),
        fact("uid", &R::uid, "Numeric user id", {.read_from = "/etc/passwd", .summary = true}),
        fact("gid", &R::gid, "Numeric id of the primary group", {.read_from = "/etc/passwd"}),
        fact("full_name", &R::full_name, "Name of the person",
             {.read_from = "/etc/passwd: GECOS", .summary = true}),
        fact("home", &R::home, "Home directory", {.read_from = "/etc/passwd"}),
        fact("shell", &R::shell, "Login shell", {.read_from = "/etc/passwd"}),
        fact("groups", &R::groups,
             "Groups that the account is a member of, its primary group among them",
             {.read_from = "/etc/group, /etc/passwd: gid"}));
  }();
};

}  // namespace muster::inventory
