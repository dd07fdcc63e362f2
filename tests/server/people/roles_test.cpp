// SPDX-License-Identifier: Apache-2.0
#include "server/people/roles.h"

#include <catch2/catch.hpp>

#include "server/people/principal.h"
#include "tests/support/store/temporary_store.h"

namespace muster::server {

TEST_CASE("a role that may more may also all that a lesser one may", "[people]") {
  for (const people::PermissionRow& row : people::kPermissions) {
    CAPTURE(row.name);
    for (std::size_t role = 1; role < row.allowed.size(); ++role)
      CHECK((row.allowed[role] || !row.allowed[role - 1]));
    CHECK(row.allowed[3]);
  }
}

TEST_CASE("requesters see nothing but what is their own", "[people]") {
  for (const people::PermissionRow& row : people::kPermissions) {
    CAPTURE(row.name);
    CHECK(people::may(people::Role::kRequester, row.permission) == row.name.starts_with("own_"));
  }
}

TEST_CASE("personal sections need a technician, purging and accounts an administrator",
          "[people]") {
  CHECK_FALSE(people::may(people::Role::kViewer, people::Permission::kReadPersonal));
  CHECK(people::may(people::Role::kTechnician, people::Permission::kReadPersonal));
  for (const people::Permission permission :
       {people::Permission::kPurgeItems, people::Permission::kManageAgents,
        people::Permission::kManageUsers, people::Permission::kReadAudit}) {
    CHECK_FALSE(people::may(people::Role::kTechnician, permission));
    CHECK(people::may(people::Role::kAdmin, permission));
  }
}

TEST_CASE("role names are read back, and others are none", "[people]") {
  for (std::size_t i = 0; i < people::kRoleNames.size(); ++i)
    CHECK(people::parse_role(people::to_string(static_cast<people::Role>(i))) ==
          static_cast<people::Role>(i));
  for (const std::string_view text : {"", "Admin", "admin ", "root"})
    CHECK_FALSE(people::parse_role(text));
}

TEST_CASE("a missing permission is 403, and an own password comes before everything else",
          "[people]") {
  people::Principal principal;
  principal.role = people::Role::kViewer;
  CHECK(code_of([&] { people::require(principal, people::Permission::kReadInventory); }).empty());
  CHECK(code_of([&] { people::require(principal, people::Permission::kEditItems); }) ==
        "forbidden");
  principal.must_change_password = true;
  CHECK(code_of([&] { people::require(principal, people::Permission::kReadInventory); }) ==
        "password_change_required");
  CHECK(code_of([&] { people::require(principal, people::Permission::kOwnAccount); }).empty());
}

TEST_CASE("a session needs its CSRF token, an API token needs none", "[people]") {
  people::Principal principal;
  CHECK(code_of([&] { people::require_csrf(principal, ""); }) == "csrf");
  principal.csrf_token = "abc";
  CHECK(code_of([&] { people::require_csrf(principal, "abd"); }) == "csrf");
  CHECK(code_of([&] { people::require_csrf(principal, "abc"); }).empty());
  principal.kind = people::PrincipalKind::kToken;
  CHECK(code_of([&] { people::require_csrf(principal, ""); }).empty());
}

}  // namespace muster::server
