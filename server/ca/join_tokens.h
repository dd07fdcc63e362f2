// SPDX-License-Identifier: Apache-2.0
// Join tokens: what a machine shows once to be given a certificate. Text form
// "mjt_<8 base32 digits: id>_<32 base32 digits: secret>"; the store has the SHA-256 of the secret
// (160 random bits) only. All functions but the pure ones are called inside a transaction.
//
// Errors of a token that is shown, all 401: token_unknown (also: wrong secret), token_revoked,
// token_expired, token_used_up. The last three are told only to callers that know the
// secret. Of the management: join_token_not_found 404, invalid_value 422.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "server/people/audit.h"
#include "server/store/transaction.h"

namespace muster::server::ca {

inline constexpr std::int64_t kJoinTokenLifetimeMs = 24LL * 60 * 60 * 1000;
inline constexpr std::int64_t kMaxJoinTokenLifetimeMs = 366LL * 24 * 60 * 60 * 1000;
inline constexpr std::int64_t kMaxJoinTokenUses = 100'000;

struct JoinToken {
  std::string id;
  std::optional<std::string> note = {};
  Instant created_at = {};
  std::string created_by = {};
  Instant expires_at = {};
  std::int64_t max_uses = 1;
  std::int64_t uses = 0;
  std::optional<Instant> revoked_at = {};
};

struct NewJoinToken {
  std::optional<std::string> note = {};
  std::optional<Instant> expires_at = {};  // default: kJoinTokenLifetimeMs from now
  std::int64_t max_uses = 1;
};

struct CreatedJoinToken {
  JoinToken token;
  std::string
      text;  // the only time that it is seen; goes into a join code (common/crypto/join_code.h)
};

CreatedJoinToken create_join_token(store::Transaction& transaction, Instant now,
                                   const people::Actor& actor, const NewJoinToken& wanted);

struct JoinTokenPage {
  std::vector<JoinToken> tokens;  // newest first; also those that cannot be used any more
  std::optional<std::string> next = {};
};
JoinTokenPage list_join_tokens(store::Transaction& transaction, std::size_t limit,
                               const std::optional<std::string>& cursor);

// Revoking again changes nothing. The side log is the caller's (enrolment.h).
JoinToken revoke_join_token(store::Transaction& transaction, Instant now,
                            const people::Actor& actor, const std::string& token_id);

// The id of the token if it could be used now. Changes nothing.
std::string check_join_token(store::Transaction& transaction, Instant now, std::string_view text);
// The same, and counts one use. In a write transaction; of parallel uses exactly as many succeed as
// the token has.
std::string redeem_join_token(store::Transaction& transaction, Instant now, std::string_view text);

}  // namespace muster::server::ca
