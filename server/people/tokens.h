// SPDX-License-Identifier: Apache-2.0
// API tokens: "mst_" and 52 base32 digits (256 random bits), for the command line and scripts. The
// store has only the SHA-256; the text is shown once. A token acts with the present role of its
// owner and is dead while the owner is disabled.
//
// Errors: token_not_found 404 (also for somebody else's), invalid_value 422, too_many_tokens 409.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "server/people/audit.h"
#include "server/store/transaction.h"

namespace muster::server::people {

inline constexpr std::string_view kTokenPrefix = "mst_";
inline constexpr std::size_t kTokenCharacters = 4 + 52;
inline constexpr std::int64_t kMaxTokensOfUser = 100;  // that are neither revoked nor expired

struct Token {
  std::int64_t id = 0;
  std::int64_t user_id = 0;
  std::string user_name;
  std::string name;  // what it is for
  Instant created_at;
  std::optional<Instant> expires_at = {};
  std::optional<Instant> revoked_at = {};
  std::optional<Instant> last_used_at = {};  // to the minute
};

struct CreatedToken {
  Token token;
  std::string secret;  // the only time that it is seen
};

CreatedToken create_token(store::Transaction& transaction, Instant now, const Actor& actor,
                          std::int64_t user_id, const std::string& name,
                          std::optional<Instant> expires_at);

// Of one user, or of all; newest first. Revoked and expired ones are among them.
struct TokenPage {
  std::vector<Token> tokens;
  std::optional<std::string> next = {};
};
TokenPage list_tokens(store::Transaction& transaction, std::optional<std::int64_t> user_id,
                      std::size_t limit, const std::optional<std::string>& cursor);

// `owner`: only if it is that user's. Revoking again changes nothing.
Token revoke_token(store::Transaction& transaction, Instant now, const Actor& actor,
                   std::int64_t token_id, std::optional<std::int64_t> owner);

void revoke_all_tokens(store::Transaction& transaction, Instant now, std::int64_t user_id);

}  // namespace muster::server::people
