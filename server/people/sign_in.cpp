// SPDX-License-Identifier: Apache-2.0
#include "server/people/sign_in.h"

#include <algorithm>

#include "common/json/write.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/error.h"
#include "server/people/tokens.h"
#include "server/store/fault.h"

namespace muster::server::people {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::size_t kMaxUserAgentBytes = 200;
constexpr std::string_view kNewPasswordField = "new_password";  // as who changes an own one says it

constexpr std::string_view kActiveHash =
    "SELECT password_hash FROM users WHERE user_id = ?1 AND disabled_at IS NULL";
constexpr std::string_view kSetHash = "UPDATE users SET password_hash = ?2 WHERE user_id = ?1";
constexpr std::string_view kChangePassword = R"sql(
  UPDATE users SET password_hash = ?2, must_change_password = 0, version = version + 1
  WHERE user_id = ?1)sql";
constexpr std::string_view kInsertSession = R"sql(
  INSERT INTO sessions (hash, user_id, csrf_token, created_at, last_used_at, expires_at, address,
    user_agent)
  VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6, ?7))sql";
constexpr std::string_view kEndSession = "DELETE FROM sessions WHERE hash = ?1 RETURNING user_id";
constexpr std::string_view kEndSessions = "DELETE FROM sessions WHERE user_id = ?1";
constexpr std::string_view kEndOldSessions =
    "DELETE FROM sessions WHERE expires_at <= ?1 OR last_used_at <= ?2";
constexpr std::string_view kFindSession = R"sql(
  SELECT sessions.user_id, name, display_name, role, must_change_password, last_used_at, csrf_token,
         NULL
  FROM sessions JOIN users ON users.user_id = sessions.user_id
  WHERE hash = ?1 AND expires_at > ?2 AND last_used_at > ?3 AND disabled_at IS NULL)sql";
constexpr std::string_view kTouchSession =
    "UPDATE sessions SET last_used_at = ?2 WHERE hash = ?1 AND last_used_at < ?2";
constexpr std::string_view kFindToken = R"sql(
  SELECT tokens.user_id, users.name, display_name, role, must_change_password,
         COALESCE(last_used_at, 0), '', expires_at
  FROM tokens JOIN users ON users.user_id = tokens.user_id
  WHERE hash = ?1 AND (expires_at IS NULL OR expires_at > ?2) AND revoked_at IS NULL
    AND disabled_at IS NULL)sql";
constexpr std::string_view kTouchToken = R"sql(
  UPDATE tokens SET last_used_at = ?2 WHERE hash = ?1
    AND (last_used_at IS NULL OR last_used_at < ?2))sql";

Error sign_in_failed() {
  return {Status::kUnauthorized, "sign_in_failed",
          "The name or the password is wrong, or the account is disabled."};
}

struct Found {
  Principal principal;
  Instant last_used_at;
};

Found read_principal(const store::ResultRow& row, PrincipalKind kind) {
  Found found;
  found.principal.user_id = row.integer(0);
  found.principal.name = row.text(1);
  found.principal.display_name = row.optional_text(2);
  found.principal.role = parse_role(row.text(3)).value_or(Role::kRequester);
  found.principal.kind = kind;
  found.principal.must_change_password = row.integer(4) != 0;
  found.last_used_at = {row.integer(5)};
  found.principal.csrf_token = row.text(6);
  if (const auto expires_ms = row.optional_integer(7))
    found.principal.token_expires_at = {*expires_ms};
  return found;
}

std::string to_text_of(std::string_view bytes, std::size_t most) {
  return printable(bytes.substr(0, most));
}

SignedIn begin_session(store::Transaction& transaction, Instant now, User user,
                       const SignInOrigin& origin) {
  SignedIn begun{to_hex(random_bytes(kSecretBytes)), to_hex(random_bytes(kSecretBytes)),
                 now + kSessionLifetimeMs, std::move(user)};
  end_old_sessions(transaction, now);
  if (!origin.previous_cookie.empty())
    transaction.execute(kEndSession, {store::Blob{sha256(origin.previous_cookie)}});
  transaction.execute(
      kInsertSession,
      {store::Blob{sha256(begun.cookie)}, begun.user.id, begun.csrf_token, now.ms,
       begun.expires_at.ms, origin.address, to_text_of(origin.user_agent, kMaxUserAgentBytes)});
  return begun;
}

// `user` is absent when nobody has that name: what was typed is not written down, since people type
// passwords into the wrong field.
void audit_sign_in(store::Transaction& transaction, Instant now, const std::optional<User>& user,
                   const std::string& action, const SignInOrigin& origin) {
  add_audit(transaction, {now,
                          {user ? user->name : "unknown", origin.address, origin.request_id},
                          action,
                          user ? "user/" + std::to_string(user->id) : "user/unknown"});
}

}  // namespace

void end_sessions(store::Transaction& transaction, std::int64_t user_id) {
  transaction.execute(kEndSessions, {user_id});
}

void end_old_sessions(store::Transaction& transaction, Instant now) {
  transaction.execute(kEndOldSessions, {now.ms, now.ms - kSessionIdleMs});
}

SignedIn SignIn::login(std::string_view name, std::string_view password,
                       const SignInOrigin& origin) {
  limiter_.count(store_, name, origin.address);

  std::optional<User> user;
  std::optional<std::string> hash;
  store_.read([&](store::Transaction& transaction) {
    user = find_user_named(transaction, name);
    if (user) hash = transaction.find_text(kActiveHash, {user->id});
  });
  const bool right = hash ? passwords_.verify(password, *hash) : passwords_.verify_nobody(password);
  std::optional<PasswordHash> better;
  if (right && passwords_.needs_rehash(*hash)) better = passwords_.rehash(password);

  std::optional<SignedIn> begun;
  const auto begin = [&](store::Transaction& transaction) {
    begun.reset();
    const Instant now = store_.clock().now();
    // The account may have been disabled, or its password changed, while the hash was computed.
    if (!right || transaction.find_text(kActiveHash, {user->id}) != hash) {
      audit_sign_in(transaction, now, user, "session.refuse", origin);
      return;
    }
    if (better) transaction.execute(kSetHash, {user->id, better->text});
    limiter_.forgive(transaction, name, origin.address);
    begun = begin_session(transaction, now, get_user(transaction, user->id), origin);
    store::store_fault("session.begun");
    audit_sign_in(transaction, now, user, "session.begin", origin);
  };
  try {
    store_.write(begin);
  } catch (...) {
    if (right) take_back(name, origin);
    throw;
  }
  if (!begun) throw sign_in_failed();
  return std::move(*begun);
}

// The store failed, not the person, who would be locked out by it long after it is mended.
void SignIn::take_back(std::string_view name, const SignInOrigin& origin) {
  try {
    store_.write([&](store::Transaction& transaction) {
      limiter_.forgive(transaction, name, origin.address);
    });
  } catch (const store::StoreError&) {
    // The first failure is the one to tell of; what stays counted is forgotten after the window.
    return;
  }
}

void SignIn::logout(std::string_view cookie, const SignInOrigin& origin) {
  store_.write([&](store::Transaction& transaction) {
    const auto user_id = transaction.find_integer(kEndSession, {store::Blob{sha256(cookie)}});
    if (!user_id) return;
    store::store_fault("session.ended");
    audit_sign_in(transaction, store_.clock().now(), find_user(transaction, *user_id),
                  "session.end", origin);
  });
}

void SignIn::touch(std::string_view sql, const std::string& hash, Instant now) {
  try {
    store_.write([&](store::Transaction& transaction) {
      transaction.execute(sql, {store::Blob{hash}, now.ms});
    });
  } catch (const store::StoreError& error) {
    // On a full disk people must still be able to read; all that is lost is that the session will
    // count as idle from the last time that could be written.
    if (error.kind != store::StoreErrorKind::kFull && error.kind != store::StoreErrorKind::kBusy)
      throw;
  }
}

Principal SignIn::authenticate_session(std::string_view cookie) {
  const Instant now = store_.clock().now();
  std::optional<Found> found;
  const std::string hash = sha256(cookie.substr(0, 2 * kSecretBytes + 1));
  if (cookie.size() == 2 * kSecretBytes) {
    store_.read([&](store::Transaction& transaction) {
      transaction.query(kFindSession, {store::Blob{hash}, now.ms, now.ms - kSessionIdleMs},
                        [&](const store::ResultRow& row) {
                          found = read_principal(row, PrincipalKind::kSession);
                        });
    });
  }
  if (!found) {
    throw Error(Status::kUnauthorized, "not_signed_in",
                "You are not signed in, or not any more. Sign in again.");
  }
  if (now - found->last_used_at >= kTouchMs) touch(kTouchSession, hash, now);
  return std::move(found->principal);
}

Principal SignIn::authenticate_token(std::string_view bearer) {
  const Instant now = store_.clock().now();
  std::optional<Found> found;
  const std::string hash = sha256(bearer.substr(0, kTokenCharacters + 1));
  if (bearer.size() == kTokenCharacters && bearer.starts_with(kTokenPrefix)) {
    store_.read([&](store::Transaction& transaction) {
      transaction.query(kFindToken, {store::Blob{hash}, now.ms}, [&](const store::ResultRow& row) {
        found = read_principal(row, PrincipalKind::kToken);
      });
    });
  }
  if (!found) {
    throw Error(Status::kUnauthorized, "invalid_token",
                "The API token is unknown, expired or revoked. Make a new one.")
        .with_header("WWW-Authenticate", "Bearer error=\"invalid_token\"");
  }
  if (now - found->last_used_at >= kTouchMs) touch(kTouchToken, hash, now);
  return std::move(found->principal);
}

SignedIn SignIn::change_own_password(const Principal& principal, std::string_view current,
                                     std::string_view next, const SignInOrigin& origin) {
  check_new_password(next, principal.name, kNewPasswordField);
  limiter_.count(store_, principal.name, origin.address);
  std::optional<std::string> hash;
  store_.read([&](store::Transaction& transaction) {
    hash = transaction.find_text(kActiveHash, {principal.user_id});
  });
  const Actor actor{principal.name, origin.address, origin.request_id};
  const std::string object = "user/" + std::to_string(principal.user_id);
  if (!hash || !passwords_.verify(current, *hash)) {
    store_.write([&](store::Transaction& transaction) {
      add_audit(transaction, {store_.clock().now(), actor, "user.change_password_refused", object});
    });
    throw Error(Status::kUnprocessable, "wrong_password", "The current password is wrong.")
        .at("current_password");
  }
  if (current == next) {
    throw Error(Status::kUnprocessable, "invalid_password",
                "The new password is the one that you have already.")
        .at(std::string(kNewPasswordField));
  }
  const PasswordHash changed = passwords_.hash_new(next, principal.name);
  std::optional<SignedIn> begun;
  store_.write([&](store::Transaction& transaction) {
    const Instant now = store_.clock().now();
    if (transaction.find_text(kActiveHash, {principal.user_id}) != hash) throw sign_in_failed();
    // Whoever knew the temporary password may have made tokens with it; they end with it.
    if (get_user(transaction, principal.user_id).must_change_password) {
      revoke_all_tokens(transaction, now, principal.user_id);
    }
    transaction.execute(kChangePassword, {principal.user_id, changed.text});
    end_sessions(transaction, principal.user_id);
    limiter_.forgive(transaction, principal.name, origin.address);
    begun = begin_session(transaction, now, get_user(transaction, principal.user_id), origin);
    add_audit(transaction, {now, actor, "user.change_password", object});
  });
  return std::move(*begun);
}

}  // namespace muster::server::people
