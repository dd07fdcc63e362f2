// SPDX-License-Identifier: Apache-2.0
// Signing in and being recognised. A session is 256 random bits in a cookie, of which the store has
// only the SHA-256; it ends when it is 12 hours unused or 7 days old, by logout, by a changed
// password and by a disabled account. Every request asks the store; nothing is kept in memory, so
// several servers agree at once. Thread-safe.
//
// Errors: sign_in_failed 401 (name, password and disabled account alike), too_many_attempts 429,
// busy 503, not_signed_in 401, invalid_token 401, invalid_password 422.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/people/passwords.h"
#include "server/people/principal.h"
#include "server/people/sign_in_limiter.h"
#include "server/people/users.h"
#include "server/store/store.h"

namespace muster::server::people {

inline constexpr std::int64_t kSessionIdleMs = 12LL * 60 * 60 * 1000;
inline constexpr std::int64_t kSessionLifetimeMs = 7LL * 24 * 60 * 60 * 1000;
inline constexpr std::int64_t kTouchMs = 60 * 1000;  // "last used" is written at most this often

// Where a request to sign in came from.
struct SignInOrigin {
  std::string address;
  std::string user_agent;       // cut to 200 bytes
  std::string previous_cookie;  // a session of this browser that the new one replaces; may be empty
  std::string request_id;
};

struct SignedIn {
  std::string cookie;  // the only time that it is seen; 64 hexadecimal digits
  std::string csrf_token;
  Instant expires_at;
  User user;
};

// Deletes all sessions of a user.
void end_sessions(store::Transaction& transaction, std::int64_t user_id);

// Deletes the sessions that have expired or lain idle for too long.
void end_old_sessions(store::Transaction& transaction, Instant now);

class SignIn {
 public:
  SignIn(store::Store& store, Passwords& passwords, SignInLimits limits = {})
      : store_(store), passwords_(passwords), limiter_(limits) {}

  SignedIn login(std::string_view name, std::string_view password, const SignInOrigin& origin);
  // Forgets the session; no error when there is none.
  void logout(std::string_view cookie, const SignInOrigin& origin);

  Principal authenticate_session(std::string_view cookie);
  Principal authenticate_token(std::string_view bearer);

  // With the current password, which is limited like a login. Ends all sessions and begins a new
  // one for this browser; API tokens stay, except those made while a temporary password held.
  // Errors besides: 422 wrong_password at current_password, invalid_password at new_password.
  SignedIn change_own_password(const Principal& principal, std::string_view current,
                               std::string_view next, const SignInOrigin& origin);

 private:
  void take_back(std::string_view name, const SignInOrigin& origin);
  void touch(std::string_view sql, const std::string& hash, Instant now);

  store::Store& store_;
  Passwords& passwords_;
  SignInLimiter limiter_;
};

}  // namespace muster::server::people
