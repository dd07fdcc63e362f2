// SPDX-License-Identifier: Apache-2.0
#include "server/people/users.h"

#include <catch2/catch.hpp>

#include "server/people/tokens.h"
#include "tests/server/people/people_support.h"

namespace muster::server {
namespace {

TEST_CASE("user names are lower-cased and plain", "[people]") {
  CHECK(people::checked_user_name("Ana.Novak@example.org") == "ana.novak@example.org");
  for (const std::string& bad :
       {std::string(), std::string("a b"), std::string("a/b"), std::string("\xC4\x8D"),
        std::string("a\0b", 3), std::string(65, 'a'), std::string("a\n"), std::string("<b>")}) {
    CAPTURE(bad);
    CHECK(code_of([&] { people::checked_user_name(bad); }) == "invalid_name");
  }
}

TEST_CASE("an account is found by its name in any case, and there is one of each name",
          "[people]") {
  PeopleFixture people;
  people.store->read([&](store::Transaction& transaction) {
    CHECK(people::find_user_named(transaction, "NOVAK")->id == people.user.id);
    CHECK_FALSE(people::find_user_named(transaction, "nobody"));
    CHECK_FALSE(people::find_user_named(transaction, std::string_view("nov\0ak", 6)));
    CHECK_FALSE(people::find_user_named(transaction, "\xFF\xFE"));
  });
  CHECK(code_of([&] { people.add("Novak", people::Role::kAdmin); }) == "user_exists");
}

TEST_CASE("an edit needs the version that was seen, and counts it up", "[people]") {
  PeopleFixture people;
  const people::User changed = people.update(people.user, {.display_name = "Nina Novak"}, 1);
  CHECK(changed.version == 2);
  CHECK(changed.display_name == "Nina Novak");
  CHECK(code_of([&] { people.update(people.user, {.email = "n@example.org"}, 1); }) ==
        "precondition_failed");
  CHECK_FALSE(people.update(people.user, {.display_name = ""}, 2).display_name);
  CHECK(code_of([&] { people.update(people.user, {.email = "two\nlines"}); }) == "invalid_value");
  people::User missing;
  missing.id = 999;
  CHECK(code_of([&] { people.update(missing, {}); }) == "user_not_found");
}

TEST_CASE("the last active administrator can be neither disabled nor demoted", "[people]") {
  PeopleFixture people;
  CHECK(code_of([&] { people.update(people.admin, {.disabled = true}); }) == "last_admin");
  CHECK(code_of([&] { people.update(people.admin, {.role = people::Role::kViewer}); }) ==
        "last_admin");

  const people::User second = people.add("berta", people::Role::kAdmin);
  CHECK(people.update(people.admin, {.disabled = true}).disabled_at);
  // A disabled administrator does not count.
  CHECK(code_of([&] { people.update(second, {.role = people::Role::kViewer}); }) == "last_admin");
  CHECK_FALSE(people.update(people.admin, {.disabled = false}).disabled_at);
  CHECK(people.update(second, {.role = people::Role::kViewer}).role == people::Role::kViewer);
}

TEST_CASE("a refused change leaves nothing behind, not even sessions ended", "[people]") {
  PeopleFixture people;
  const people::SignedIn transaction = people.login("ana");
  CHECK(code_of([&] { people.update(people.admin, {.disabled = true}); }) == "last_admin");
  CHECK(people.sign_in.authenticate_session(transaction.cookie).name == "ana");
}

TEST_CASE("a password that was reset ends sessions and tokens and must be changed", "[people]") {
  PeopleFixture people;
  const people::SignedIn transaction = people.login("novak");
  const auto token = people.store->write_value<people::CreatedToken>([&](store::Transaction& s) {
    return people::create_token(s, people.store.now(), people.actor, people.user.id, "script", {});
  });
  const people::PasswordHash hash = people.passwords.hash_new("another long password", "novak");
  people.store->write([&](store::Transaction& s) {
    people::reset_password(s, people.store.now(), people.actor, people.user.id, {}, hash);
  });
  CHECK(code_of([&] { people.sign_in.authenticate_session(transaction.cookie); }) ==
        "not_signed_in");
  CHECK(code_of([&] { people.sign_in.authenticate_token(token.secret); }) == "invalid_token");
  CHECK(code_of([&] { people.login("novak"); }) == "sign_in_failed");
  CHECK(people.login("novak", "another long password").user.must_change_password);
}

TEST_CASE("accounts are listed page by page, each once", "[people]") {
  PeopleFixture people;
  for (int i = 0; i < 5; ++i)
    people.add("user" + std::to_string(i), people::Role::kRequester);
  std::vector<std::string> names;
  std::optional<std::string> cursor;
  do {
    const auto page =
        people.store->read_value<people::UserPage>([&](store::Transaction& transaction) {
          return people::list_users(transaction, 3, cursor);
        });
    CHECK(page.users.size() <= 3);
    for (const people::User& user : page.users)
      names.push_back(user.name);
    cursor = page.next;
  } while (cursor);
  CHECK(names ==
        std::vector<std::string>{"ana", "novak", "user0", "user1", "user2", "user3", "user4"});
  people.store->read([&](store::Transaction& transaction) {
    CHECK(code_of([&] { people::list_users(transaction, 3, "12"); }) == "invalid_cursor");
    CHECK(code_of([&] { people::list_users(transaction, 3, "1' OR 1=1"); }) == "invalid_cursor");
    CHECK(code_of([&] { people::list_users(transaction, 0, {}); }) == "invalid_limit");
    CHECK(code_of([&] { people::list_users(transaction, 1001, {}); }) == "invalid_limit");
  });
}

}  // namespace
}  // namespace muster::server
