// SPDX-License-Identifier: Apache-2.0
#include "server/people/tokens.h"

#include <catch2/catch.hpp>

#include "tests/server/people/people_support.h"

namespace muster::server {
namespace {

people::CreatedToken make(PeopleFixture& people, const people::User& owner,
                          const std::string& name = "script",
                          std::optional<Instant> expires_at = std::nullopt) {
  return people.store->write_value<people::CreatedToken>([&](store::Transaction& transaction) {
    return people::create_token(transaction, people.store.now(), people.actor, owner.id, name,
                                expires_at);
  });
}

TEST_CASE("of a token the store has the hash only", "[people]") {
  PeopleFixture people;
  const people::CreatedToken made = make(people, people.user);
  CHECK(made.secret.starts_with("mst_"));
  CHECK(made.token.user_name == "novak");
  people.store->read([&](store::Transaction& transaction) {
    CHECK(transaction.find_text("SELECT hash FROM tokens") == sha256(made.secret));
  });
}

TEST_CASE("a token needs a name of one line and a future end", "[people]") {
  PeopleFixture people;
  for (const std::string& name : {std::string(), std::string("a\nb"), std::string("\xFF"),
                                  std::string("a\0b", 3), std::string(101, 'x')})
    CHECK(code_of([&] { make(people, people.user, name); }) == "invalid_value");
  CHECK(code_of([&] { make(people, people.user, "x", people.store.now()); }) == "invalid_value");
  people::User nobody;
  nobody.id = 999;
  CHECK(code_of([&] { make(people, nobody); }) == "user_not_found");
  people.store->read([&](store::Transaction& transaction) {
    CHECK(transaction.find_integer("SELECT COUNT(*) FROM tokens") == 0);
  });
}

TEST_CASE("people list and revoke their own tokens, administrators all", "[people]") {
  PeopleFixture people;
  const people::CreatedToken mine = make(people, people.user, "mine");
  const people::CreatedToken other = make(people, people.admin, "other");
  people.store->read([&](store::Transaction& transaction) {
    const people::TokenPage own = people::list_tokens(transaction, people.user.id, 10, {});
    REQUIRE(own.tokens.size() == 1);
    CHECK(own.tokens[0].name == "mine");
    const people::TokenPage first = people::list_tokens(transaction, {}, 1, {});
    REQUIRE(first.tokens.size() == 1);
    CHECK(first.tokens[0].name == "other");
    const people::TokenPage second = people::list_tokens(transaction, {}, 1, first.next);
    CHECK(second.tokens.at(0).name == "mine");
    CHECK_FALSE(second.next);
  });
  const auto revoke = [&](std::int64_t id, std::optional<std::int64_t> owner) {
    return people.store->write_value<people::Token>([&](store::Transaction& transaction) {
      return people::revoke_token(transaction, people.store.now(), people.actor, id, owner);
    });
  };
  CHECK(code_of([&] { revoke(other.token.id, people.user.id); }) == "token_not_found");
  CHECK(code_of([&] { revoke(999, {}); }) == "token_not_found");
  const people::Token revoked = revoke(mine.token.id, people.user.id);
  CHECK(revoked.revoked_at == people.store.now());
  people.store.pass(1000);
  CHECK(revoke(mine.token.id, {}).revoked_at == revoked.revoked_at);
}

TEST_CASE("one user has at most 100 living tokens", "[people]") {
  PeopleFixture people;
  for (std::int64_t i = 0; i < people::kMaxTokensOfUser; ++i)
    make(people, people.user, "t", people.store.now() + 1000);
  CHECK(code_of([&] { make(people, people.user); }) == "too_many_tokens");
  CHECK(code_of([&] { make(people, people.admin); }).empty());
  people.store.pass(1000);
  CHECK(code_of([&] { make(people, people.user); }).empty());
}

}  // namespace
}  // namespace muster::server
