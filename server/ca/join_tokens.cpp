// SPDX-License-Identifier: Apache-2.0
#include "server/ca/join_tokens.h"

#include "common/json/write.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/error.h"
#include "server/store/fault.h"
#include "server/store/list.h"
#include "server/store/text_fault.h"

namespace muster::server::ca {
namespace {

constexpr std::string_view kPrefix = "mjt_";
constexpr std::size_t kIdBytes = 5;
constexpr std::size_t kIdDigits = 8;
constexpr std::size_t kSecretBytes = 20;
constexpr std::size_t kSecretDigits = 32;
constexpr std::size_t kMaxNoteBytes = 200;

constexpr std::string_view kSelectJoinTokens =
    "SELECT token_id, note, created_at, created_by, expires_at, max_uses, uses, revoked_at, hash "
    "FROM join_tokens";
constexpr std::string_view kInsertJoinToken = R"sql(
  INSERT INTO join_tokens (token_id, hash, note, created_at, created_by, expires_at, max_uses)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))sql";
constexpr std::string_view kRevoke =
    "UPDATE join_tokens SET revoked_at = ?2 WHERE token_id = ?1 AND revoked_at IS NULL";
// The condition is in the statement that counts: on a database where several transactions write at
// once the second one waits here and then finds the token used up.
constexpr std::string_view kUse = R"sql(
  UPDATE join_tokens SET uses = uses + 1
  WHERE token_id = ?1 AND uses < max_uses AND revoked_at IS NULL AND expires_at > ?2)sql";

struct Stored {
  JoinToken token;
  std::string hash;
};

Stored read_token(const store::ResultRow& row) {
  Stored stored;
  stored.token.id = row.text(0);
  stored.token.note = row.optional_text(1);
  stored.token.created_at = {row.integer(2)};
  stored.token.created_by = row.text(3);
  stored.token.expires_at = {row.integer(4)};
  stored.token.max_uses = row.integer(5);
  stored.token.uses = row.integer(6);
  if (const auto at = row.optional_integer(7)) stored.token.revoked_at = Instant{*at};
  stored.hash = row.text(8);
  return stored;
}

std::optional<Stored> find_token(store::Transaction& transaction, std::string_view token_id) {
  std::optional<Stored> found;
  transaction.query(std::string(kSelectJoinTokens) + " WHERE token_id = ?1", {token_id},
                    [&](const store::ResultRow& row) { found = read_token(row); });
  return found;
}

bool is_base32(std::string_view text) {
  return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz234567") == std::string_view::npos;
}

[[noreturn]] void refuse(std::string code, std::string message) {
  throw Error(Status::kUnauthorized, std::move(code), std::move(message))
      .with_header("WWW-Authenticate", "Basic realm=\"muster join token\"");
}

void check_usable(const JoinToken& token, Instant now) {
  if (token.revoked_at) {
    refuse("token_revoked", "The join token " + token.id +
                                " was revoked. Ask an administrator for a new join code.");
  }
  if (token.expires_at <= now) {
    refuse("token_expired", "The join token " + token.id + " expired at " +
                                to_rfc3339(token.expires_at) +
                                ". Ask an administrator for a new join code.");
  }
  if (token.uses >= token.max_uses) {
    refuse("token_used_up", "The join token " + token.id + " was used " +
                                std::to_string(token.uses) +
                                " times, as often as it may be. Ask an administrator for a new "
                                "join code.");
  }
}

void audit_token(store::Transaction& transaction, Instant now, const people::Actor& actor,
                 std::string action, const JoinToken& token) {
  JsonWriter detail;
  detail.begin_object()
      .member("note", token.note)
      .member("max_uses", token.max_uses)
      .member("expires_at", token.expires_at)
      .end_object();
  people::add_audit(transaction,
                    {now, actor, std::move(action), "join_token/" + token.id, detail.text()});
}

}  // namespace

CreatedJoinToken create_join_token(store::Transaction& transaction, Instant now,
                                   const people::Actor& actor, const NewJoinToken& wanted) {
  const auto invalid = [](std::string field, std::string message) {
    return Error(Status::kUnprocessable, "invalid_value", std::move(message)).at(std::move(field));
  };
  JoinToken token;
  token.note = wanted.note && wanted.note->empty() ? std::nullopt : wanted.note;
  token.created_at = now;
  token.created_by = actor.name;
  token.expires_at = wanted.expires_at.value_or(now + kJoinTokenLifetimeMs);
  token.max_uses = wanted.max_uses;
  if (token.note && store::find_text_fault(*token.note, kMaxNoteBytes, store::TextKind::kOneLine)) {
    throw invalid("note", "The note must be one line of text of at most 200 bytes.");
  }
  if (token.expires_at <= now || token.expires_at - now > kMaxJoinTokenLifetimeMs) {
    throw invalid("expires_at", "A join token must expire in the future and within a year.");
  }
  if (token.max_uses < 1 || token.max_uses > kMaxJoinTokenUses) {
    throw invalid("max_uses",
                  "A join token has 1 to " + std::to_string(kMaxJoinTokenUses) + " uses.");
  }
  token.id = to_base32(random_bytes(kIdBytes));
  const std::string secret = to_base32(random_bytes(kSecretBytes));
  transaction.execute(kInsertJoinToken, {token.id, store::Blob{sha256(secret)}, token.note, now.ms,
                                         token.created_by, token.expires_at.ms, token.max_uses});
  audit_token(transaction, now, actor, "join_token.create", token);
  store::store_fault("join_token.created");
  std::string text = std::string(kPrefix) + token.id + "_" + secret;
  return {std::move(token), std::move(text)};
}

JoinTokenPage list_join_tokens(store::Transaction& transaction, std::size_t limit,
                               const std::optional<std::string>& cursor) {
  store::ListQuery query{std::string(kSelectJoinTokens)};
  // The cursor is the time and the id of the last token; ids are random, the time alone may repeat.
  if (cursor) {
    const std::size_t dot = cursor->find('.');
    const std::string id = dot == std::string::npos ? "" : cursor->substr(dot + 1);
    const auto at = store::parse_cursor(cursor->substr(0, dot), 1).front();
    if (id.size() != kIdDigits || !is_base32(id)) store::parse_cursor("", 1);
    query.where("created_at < ? OR (created_at = ? AND token_id < ?)", {at, at, id});
  }
  query.order("created_at DESC, token_id DESC", store::checked_limit(limit));
  JoinTokenPage page;
  transaction.query(query.text(), query.values(), [&](const store::ResultRow& row) {
    page.tokens.push_back(read_token(row).token);
  });
  if (page.tokens.size() > limit) {
    page.tokens.pop_back();
    const JoinToken& last = page.tokens.back();
    const std::int64_t key[] = {last.created_at.ms};
    page.next = store::make_cursor(key) + "." + last.id;
  }
  return page;
}

JoinToken revoke_join_token(store::Transaction& transaction, Instant now,
                            const people::Actor& actor, const std::string& token_id) {
  auto stored = is_base32(token_id) ? find_token(transaction, token_id) : std::nullopt;
  if (!stored) {
    throw Error(Status::kNotFound, "join_token_not_found",
                "There is no join token with this id. \"muster join-token list\" shows all.");
  }
  JoinToken& token = stored->token;
  if (token.revoked_at) return std::move(token);
  transaction.execute(kRevoke, {token.id, now.ms});
  store::store_fault("join_token.revoked");
  token.revoked_at = now;
  audit_token(transaction, now, actor, "join_token.revoke", token);
  return std::move(token);
}

std::string check_join_token(store::Transaction& transaction, Instant now, std::string_view text) {
  // The same work whether the id exists or not: one look at the store, one hash, one comparison.
  const bool has_form = text.size() == kPrefix.size() + kIdDigits + 1 + kSecretDigits &&
                        text.starts_with(kPrefix) && text[kPrefix.size() + kIdDigits] == '_' &&
                        is_base32(text.substr(kPrefix.size(), kIdDigits)) &&
                        is_base32(text.substr(text.size() - kSecretDigits));
  const std::string_view id = has_form ? text.substr(kPrefix.size(), kIdDigits) : "none";
  const std::string_view secret = has_form ? text.substr(text.size() - kSecretDigits) : "none";
  const std::optional<Stored> stored = find_token(transaction, id);
  const std::string hash = sha256(secret);
  const bool right =
      equal_constant_time(hash, stored ? stored->hash : std::string(kSha256Bytes, '\0'));
  if (!stored || !right || !has_form) {
    refuse("token_unknown",
           "The join token is not one of this server. Copy the join code once more, or ask an "
           "administrator for a new one.");
  }
  check_usable(stored->token, now);
  return stored->token.id;
}

std::string redeem_join_token(store::Transaction& transaction, Instant now, std::string_view text) {
  std::string id = check_join_token(transaction, now, text);
  if (transaction.execute(kUse, {id, now.ms}) == 1) return id;
  // Somebody else was faster between the look and the use.
  check_join_token(transaction, now, text);
  refuse("token_used_up", "The join token " + id + " was used up meanwhile.");
}

}  // namespace muster::server::ca
