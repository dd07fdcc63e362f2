// SPDX-License-Identifier: Apache-2.0
#include "server/people/principal.h"

#include "common/support/text.h"
#include "server/error.h"

namespace muster::server::people {

void require(const Principal& principal, Permission permission) {
  if (principal.must_change_password && permission != Permission::kOwnAccount) {
    throw Error(Status::kForbidden, "password_change_required",
                "Choose a password of your own first.");
  }
  if (principal.may(permission)) return;
  throw Error(Status::kForbidden, "forbidden",
              "Your role (" + std::string(to_string(principal.role)) +
                  ") does not include this. Ask an administrator.")
      .with("permission", std::string(to_string(permission)));
}

void require_csrf(const Principal& principal, std::string_view presented) {
  if (principal.kind == PrincipalKind::kToken) return;
  if (!principal.csrf_token.empty() && equal_constant_time(principal.csrf_token, presented)) return;
  throw Error(Status::kForbidden, "csrf",
              "The request did not come from Muster's own page. Load the page again.");
}

}  // namespace muster::server::people
