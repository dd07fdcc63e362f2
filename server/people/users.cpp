// SPDX-License-Identifier: Apache-2.0
#include "server/people/users.h"

#include <algorithm>
#include <array>

#include "common/json/write.h"
#include "common/support/text.h"
#include "server/error.h"
#include "server/people/sign_in.h"
#include "server/people/tokens.h"
#include "server/store/fault.h"
#include "server/store/list.h"
#include "server/store/text_fault.h"

namespace muster::server::people {
namespace {

constexpr std::size_t kMaxNameCharacters = 64;
constexpr std::size_t kMaxTextBytes = 200;

constexpr std::string_view kSelectUsers =
    "SELECT user_id, name, display_name, email, role, created_at, disabled_at, "
    "must_change_password, version FROM users";
constexpr std::string_view kInsertUser = R"sql(
  INSERT INTO users (name, display_name, email, role, password_hash, created_at,
    must_change_password)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (name) DO NOTHING RETURNING user_id)sql";
constexpr std::string_view kUpdate = R"sql(
  UPDATE users SET display_name = ?2, email = ?3, role = ?4, disabled_at = ?5, version = version + 1
  WHERE user_id = ?1)sql";
constexpr std::string_view kSetPassword = R"sql(
  UPDATE users SET password_hash = ?2, must_change_password = 1, version = version + 1
  WHERE user_id = ?1)sql";
// Changes nothing, but makes two transactions that each take away another administrator wait for
// each other where several write at once (PostgreSQL).
constexpr std::string_view kLockAdmins = "UPDATE users SET version = version WHERE role = 'admin'";
constexpr std::string_view kOtherAdmins =
    "SELECT COUNT(*) FROM users WHERE role = 'admin' AND disabled_at IS NULL AND user_id <> ?1";

User read_user(const store::ResultRow& row) {
  User user;
  user.id = row.integer(0);
  user.name = row.text(1);
  user.display_name = row.optional_text(2);
  user.email = row.optional_text(3);
  // A role that this program does not know may do the least.
  user.role = parse_role(row.text(4)).value_or(Role::kRequester);
  user.created_at = {row.integer(5)};
  if (const auto at = row.optional_integer(6)) user.disabled_at = Instant{*at};
  user.must_change_password = row.integer(7) != 0;
  user.version = row.integer(8);
  return user;
}

std::optional<std::string> checked_text(const std::optional<std::string>& text,
                                        std::string_view field) {
  if (!text || text->empty()) return std::nullopt;
  if (store::find_text_fault(*text, kMaxTextBytes, store::TextKind::kOneLine)) {
    throw Error(
        Status::kUnprocessable, "invalid_value",
        "This must be one line of text of at most " + std::to_string(kMaxTextBytes) + " bytes.")
        .at(std::string(field));
  }
  return text;
}

std::string object_of(std::int64_t user_id) {
  return "user/" + std::to_string(user_id);
}

User get_at_version(store::Transaction& transaction, std::int64_t user_id,
                    std::optional<std::int64_t> expected_version) {
  User user = get_user(transaction, user_id);
  if (expected_version && *expected_version != user.version) {
    throw Error(
        Status::kPreconditionFailed, "precondition_failed",
        "The account " + user.name +
            " was changed by somebody else meanwhile. Load it again and repeat your change.");
  }
  return user;
}

void keep_an_admin(store::Transaction& transaction, const User& user) {
  transaction.execute(kLockAdmins);
  if (transaction.find_integer(kOtherAdmins, {user.id}).value_or(0) > 0) return;
  throw Error(Status::kConflict, "last_admin",
              user.name + " is the last active administrator. Make somebody else one first.");
}

}  // namespace

bool is_user_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameCharacters &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                  std::string_view("._@-").find(c) != std::string_view::npos;
         });
}

std::string checked_user_name(std::string_view name) {
  std::string lowered = lower_ascii(name);
  if (!is_user_name(lowered)) {
    throw Error(Status::kUnprocessable, "invalid_name",
                "A user name has 1 to 64 letters a-z, digits and the characters . _ @ -")
        .at("name");
  }
  return lowered;
}

std::optional<User> find_user(store::Transaction& transaction, std::int64_t user_id) {
  std::optional<User> found;
  transaction.query(std::string(kSelectUsers) + " WHERE user_id = ?1", {user_id},
                    [&](const store::ResultRow& row) { found = read_user(row); });
  return found;
}

std::optional<User> find_user_named(store::Transaction& transaction, std::string_view name) {
  std::optional<User> found;
  const std::string lowered = lower_ascii(name);
  // A name that no account can have may not even be text that the store takes.
  if (!is_user_name(lowered)) return found;
  transaction.query(std::string(kSelectUsers) + " WHERE name = ?1", {lowered},
                    [&](const store::ResultRow& row) { found = read_user(row); });
  return found;
}

User get_user(store::Transaction& transaction, std::int64_t user_id) {
  if (auto user = find_user(transaction, user_id)) return std::move(*user);
  throw Error(Status::kNotFound, "user_not_found",
              "There is no user with the id " + std::to_string(user_id) + ".");
}

UserPage list_users(store::Transaction& transaction, std::size_t limit,
                    const std::optional<std::string>& cursor) {
  store::ListQuery query{std::string(kSelectUsers)};
  if (cursor) query.where("user_id > ?", {store::parse_cursor(*cursor, 1).front()});
  query.order("user_id", store::checked_limit(limit));
  UserPage page;
  transaction.query(query.text(), query.values(),
                    [&](const store::ResultRow& row) { page.users.push_back(read_user(row)); });
  if (page.users.size() > limit) {
    page.users.pop_back();
    page.next = store::make_cursor(std::array{page.users.back().id});
  }
  return page;
}

User create_user(store::Transaction& transaction, Instant now, const Actor& actor,
                 const NewUser& user) {
  const std::string name = checked_user_name(user.name);
  const auto id = transaction.find_integer(
      kInsertUser,
      {name, checked_text(user.display_name, "display_name"), checked_text(user.email, "email"),
       to_string(user.role), user.password.text, now.ms, user.must_change_password});
  if (!id) {
    throw Error(Status::kConflict, "user_exists", "There is already a user named " + name + ".")
        .at("name");
  }
  JsonWriter detail;
  detail.begin_object().member("name", name).key("role").value(to_string(user.role)).end_object();
  add_audit(transaction, {now, actor, "user.create", object_of(*id), detail.text()});
  store::store_fault("user.created");
  return get_user(transaction, *id);
}

User update_user(store::Transaction& transaction, Instant now, const Actor& actor,
                 std::int64_t user_id, std::optional<std::int64_t> expected_version,
                 const UserChange& change) {
  User user = get_at_version(transaction, user_id, expected_version);
  const bool was_admin = user.role == Role::kAdmin && !user.disabled_at;
  JsonWriter detail;
  detail.begin_object().member("name", user.name);
  if (change.display_name) {
    user.display_name = checked_text(change.display_name, "display_name");
    detail.member("display_name", *change.display_name);
  }
  if (change.email) {
    user.email = checked_text(change.email, "email");
    detail.member("email", *change.email);
  }
  if (change.role && *change.role != user.role) {
    detail.key("role_before").value(to_string(user.role));
    detail.key("role").value(to_string(*change.role));
    user.role = *change.role;
  }
  if (change.disabled && *change.disabled != user.disabled_at.has_value()) {
    detail.member("disabled", *change.disabled);
    user.disabled_at = *change.disabled ? std::optional(now) : std::nullopt;
    if (*change.disabled) end_sessions(transaction, user.id);
  }
  if (was_admin && (user.role != Role::kAdmin || user.disabled_at))
    keep_an_admin(transaction, user);

  const auto disabled_ms = user.disabled_at ? std::optional(user.disabled_at->ms) : std::nullopt;
  transaction.execute(kUpdate,
                      {user.id, user.display_name, user.email, to_string(user.role), disabled_ms});
  add_audit(transaction,
            {now, actor, "user.update", object_of(user.id), detail.end_object().text()});
  ++user.version;
  return user;
}

User reset_password(store::Transaction& transaction, Instant now, const Actor& actor,
                    std::int64_t user_id, std::optional<std::int64_t> expected_version,
                    const PasswordHash& password) {
  const User user = get_at_version(transaction, user_id, expected_version);
  transaction.execute(kSetPassword, {user.id, password.text});
  end_sessions(transaction, user.id);
  revoke_all_tokens(transaction, now, user.id);
  JsonWriter detail;
  detail.begin_object().member("name", user.name).end_object();
  add_audit(transaction, {now, actor, "user.reset_password", object_of(user.id), detail.text()});
  return get_user(transaction, user.id);
}

}  // namespace muster::server::people
