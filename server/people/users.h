// SPDX-License-Identifier: Apache-2.0
// Accounts of people. Changing functions are called inside a write transaction, audit what they
// did, and take the version that the caller saw (ETag); nullopt skips that check, for the command
// line on the server itself. Passwords come hashed (passwords.h).
//
// Errors: user_not_found 404, user_exists 409, last_admin 409, precondition_failed 412,
// invalid_name, invalid_value 422.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "server/people/audit.h"
#include "server/people/passwords.h"
#include "server/people/roles.h"
#include "server/store/transaction.h"

namespace muster::server::people {

struct User {
  std::int64_t id = 0;
  std::string name = {};
  std::optional<std::string> display_name = {};
  std::optional<std::string> email = {};
  Role role = Role::kRequester;
  Instant created_at;
  std::optional<Instant> disabled_at = {};
  bool must_change_password = false;
  std::int64_t version = 1;
};

struct NewUser {
  std::string name = {};  // lower-cased here
  std::optional<std::string> display_name = {};
  std::optional<std::string> email = {};
  Role role = Role::kRequester;
  PasswordHash password = {};
  bool must_change_password = true;  // an administrator knows it
};

// What is absent stays as it is; an empty text removes.
struct UserChange {
  std::optional<std::string> display_name = {};
  std::optional<std::string> email = {};
  std::optional<Role> role = {};
  std::optional<bool> disabled =
      {};  // true also ends all sessions; tokens rest until it is enabled again
};

bool is_user_name(std::string_view name);  // [a-z0-9._@-]{1,64}
// The name in lower case, or invalid_name.
std::string checked_user_name(std::string_view name);

User create_user(store::Transaction& transaction, Instant now, const Actor& actor,
                 const NewUser& user);
std::optional<User> find_user(store::Transaction& transaction, std::int64_t user_id);
std::optional<User> find_user_named(store::Transaction& transaction, std::string_view name);
User get_user(store::Transaction& transaction, std::int64_t user_id);  // or user_not_found

struct UserPage {
  std::vector<User> users;  // in the order of their ids
  std::optional<std::string> next = {};
};
UserPage list_users(store::Transaction& transaction, std::size_t limit,
                    const std::optional<std::string>& cursor);

User update_user(store::Transaction& transaction, Instant now, const Actor& actor,
                 std::int64_t user_id, std::optional<std::int64_t> expected_version,
                 const UserChange& change);

// Set by an administrator: ends all sessions, revokes all API tokens, and the user must choose
// another at the next login.
User reset_password(store::Transaction& transaction, Instant now, const Actor& actor,
                    std::int64_t user_id, std::optional<std::int64_t> expected_version,
                    const PasswordHash& password);

}  // namespace muster::server::people
