// SPDX-License-Identifier: Apache-2.0
// Who asks: a person who signed in, or an API token of one. Made anew for every request
// (sign_in.h), never kept, so that a changed role or a disabled account counts at once.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/clock.h"
#include "server/people/roles.h"

namespace muster::server::people {

enum class PrincipalKind { kSession, kToken };

struct Principal {
  std::int64_t user_id = 0;
  std::string name;
  std::optional<std::string> display_name = {};
  Role role = Role::kRequester;
  PrincipalKind kind = PrincipalKind::kSession;
  std::string csrf_token;                        // of a session; empty for an API token
  std::optional<Instant> token_expires_at = {};  // of an API token that does
  bool must_change_password = false;             // then nothing but that is allowed

  bool may(Permission permission) const { return muster::server::people::may(role, permission); }
};

// Error 403: forbidden, or password_change_required, which leaves only kOwnAccount.
void require(const Principal& principal, Permission permission);

// For everything that changes something on behalf of a session cookie, which a browser sends by
// itself: Error 403 csrf unless `presented` is the session's token. API tokens need none.
void require_csrf(const Principal& principal, std::string_view presented);

}  // namespace muster::server::people
