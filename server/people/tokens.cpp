// SPDX-License-Identifier: Apache-2.0
#include "server/people/tokens.h"

#include <array>

#include "common/json/write.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/error.h"
#include "server/store/list.h"
#include "server/store/text_fault.h"

namespace muster::server::people {
namespace {

constexpr std::size_t kTokenSecretBytes = 32;
constexpr std::size_t kMaxNameBytes = 100;

constexpr std::string_view kSelectTokens =
    "SELECT token_id, tokens.user_id, users.name, tokens.name, tokens.created_at, expires_at, "
    "revoked_at, last_used_at FROM tokens JOIN users ON users.user_id = tokens.user_id";
constexpr std::string_view kInsertToken = R"sql(
  INSERT INTO tokens (user_id, name, hash, created_at, expires_at)
  VALUES (?1, ?2, ?3, ?4, ?5) RETURNING token_id)sql";
constexpr std::string_view kCountLive = R"sql(
  SELECT COUNT(*) FROM tokens
  WHERE user_id = ?1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2))sql";
constexpr std::string_view kRevoke =
    "UPDATE tokens SET revoked_at = ?2 WHERE token_id = ?1 AND revoked_at IS NULL";
constexpr std::string_view kRevokeAll =
    "UPDATE tokens SET revoked_at = ?2 WHERE user_id = ?1 AND revoked_at IS NULL";

std::optional<Instant> time_of(const store::ResultRow& row, int column) {
  const auto ms = row.optional_integer(column);
  return ms ? std::optional(Instant{*ms}) : std::nullopt;
}

Token read_token(const store::ResultRow& row) {
  return {row.integer(0),           row.integer(1),          std::string(row.text(2)),
          std::string(row.text(3)), Instant{row.integer(4)}, time_of(row, 5),
          time_of(row, 6),          time_of(row, 7)};
}

std::optional<Token> find_token(store::Transaction& transaction, std::int64_t token_id) {
  std::optional<Token> found;
  transaction.query(std::string(kSelectTokens) + " WHERE token_id = ?1", {token_id},
                    [&](const store::ResultRow& row) { found = read_token(row); });
  return found;
}

void audit_token(store::Transaction& transaction, Instant now, const Actor& actor,
                 std::string action, const Token& token) {
  JsonWriter detail;
  detail.begin_object().member("name", token.name).member("user", token.user_name).end_object();
  add_audit(transaction,
            {now, actor, std::move(action), "token/" + std::to_string(token.id), detail.text()});
}

}  // namespace

CreatedToken create_token(store::Transaction& transaction, Instant now, const Actor& actor,
                          std::int64_t user_id, const std::string& name,
                          std::optional<Instant> expires_at) {
  if (name.empty() || store::find_text_fault(name, kMaxNameBytes, store::TextKind::kOneLine)) {
    throw Error(Status::kUnprocessable, "invalid_value",
                "Give the token a name of one line and at most 100 bytes that says what it is for.")
        .at("name");
  }
  if (expires_at && *expires_at <= now) {
    throw Error(Status::kUnprocessable, "invalid_value", "The token would have expired already.")
        .at("expires_at");
  }
  if (transaction.find_integer(kCountLive, {user_id, now.ms}).value_or(0) >= kMaxTokensOfUser) {
    throw Error(Status::kConflict, "too_many_tokens",
                "There are 100 API tokens already. Revoke those that are not needed.");
  }
  const std::string secret = std::string(kTokenPrefix) + to_base32(random_bytes(kTokenSecretBytes));
  const auto expires_ms = expires_at ? std::optional(expires_at->ms) : std::nullopt;
  const auto id = transaction.find_integer(
      kInsertToken, {user_id, name, store::Blob{sha256(secret)}, now.ms, expires_ms});
  auto token = find_token(transaction, id.value());
  if (!token) {
    throw Error(Status::kNotFound, "user_not_found",
                "There is no user with the id " + std::to_string(user_id) + ".");
  }
  audit_token(transaction, now, actor, "token.create", *token);
  return {std::move(*token), secret};
}

TokenPage list_tokens(store::Transaction& transaction, std::optional<std::int64_t> user_id,
                      std::size_t limit, const std::optional<std::string>& cursor) {
  store::ListQuery query{std::string(kSelectTokens)};
  if (user_id) query.where("tokens.user_id = ?", {*user_id});
  if (cursor) query.where("token_id < ?", {store::parse_cursor(*cursor, 1).front()});
  query.order("token_id DESC", store::checked_limit(limit));
  TokenPage page;
  transaction.query(query.text(), query.values(),
                    [&](const store::ResultRow& row) { page.tokens.push_back(read_token(row)); });
  if (page.tokens.size() > limit) {
    page.tokens.pop_back();
    page.next = store::make_cursor(std::array{page.tokens.back().id});
  }
  return page;
}

Token revoke_token(store::Transaction& transaction, Instant now, const Actor& actor,
                   std::int64_t token_id, std::optional<std::int64_t> owner) {
  auto token = find_token(transaction, token_id);
  if (!token || (owner && token->user_id != *owner)) {
    throw Error(Status::kNotFound, "token_not_found",
                "There is no API token with the id " + std::to_string(token_id) + ".");
  }
  if (token->revoked_at) return std::move(*token);
  transaction.execute(kRevoke, {token_id, now.ms});
  token->revoked_at = now;
  audit_token(transaction, now, actor, "token.revoke", *token);
  return std::move(*token);
}

void revoke_all_tokens(store::Transaction& transaction, Instant now, std::int64_t user_id) {
  transaction.execute(kRevokeAll, {user_id, now.ms});
}

}  // namespace muster::server::people
