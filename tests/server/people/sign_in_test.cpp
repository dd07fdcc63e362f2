// SPDX-License-Identifier: Apache-2.0
#include "server/people/sign_in.h"

#include <catch2/catch.hpp>
#include <set>
#include <thread>
#include <vector>

#include "common/support/text.h"
#include "server/error.h"
#include "server/people/tokens.h"
#include "tests/server/people/people_support.h"

namespace muster::server {
namespace {

std::string session_code(PeopleFixture& people, const std::string& cookie) {
  return code_of([&] { people.sign_in.authenticate_session(cookie); });
}

template <class Work>
std::string path_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    return error.path.value_or("");
  }
  return {};
}

TEST_CASE("the right password begins a session, and its cookie is recognised", "[people]") {
  PeopleFixture people;
  const people::SignedIn signed_in = people.login("Novak");
  CHECK(signed_in.cookie.size() == 64);
  CHECK(signed_in.csrf_token != signed_in.cookie);
  const people::Principal principal = people.sign_in.authenticate_session(signed_in.cookie);
  CHECK(principal.user_id == people.user.id);
  CHECK(principal.name == "novak");
  CHECK(principal.role == people::Role::kTechnician);
  CHECK(principal.kind == people::PrincipalKind::kSession);
  CHECK(principal.csrf_token == signed_in.csrf_token);
  CHECK(people.login("novak").cookie != signed_in.cookie);
}

TEST_CASE("a wrong password, an unknown name and a disabled account look alike", "[people]") {
  PeopleFixture people;
  people.add("gone", people::Role::kViewer);
  people.store->write([&](store::Transaction& transaction) {
    const people::User gone = *people::find_user_named(transaction, "gone");
    people::update_user(transaction, people.store.now(), people.actor, gone.id, {},
                        {.disabled = true});
  });
  std::set<std::string> messages;
  const auto fail = [&](std::string_view name, std::string_view password) {
    try {
      people.login(name, password);
      FAIL("it was let in");
    } catch (const Error& error) {
      CHECK(error.code == "sign_in_failed");
      CHECK(error.status == Status::kUnauthorized);
      messages.insert(error.message);
    }
  };
  fail("novak", "wrong");
  fail("nobody", kGoodPassword);
  fail("gone", kGoodPassword);
  fail("", "");
  fail(std::string_view("no\0vak", 6), kGoodPassword);
  fail("' OR 1=1 --", kGoodPassword);
  fail("novak", std::string(1'000'000, 'x'));
  CHECK(messages.size() == 1);
}

TEST_CASE("what is in the store does not open a session", "[people]") {
  PeopleFixture people;
  const people::SignedIn signed_in = people.login("novak");
  people.store->read([&](store::Transaction& transaction) {
    const std::string stored = transaction.find_text("SELECT hash FROM sessions").value();
    CHECK(stored == sha256(signed_in.cookie));
    CHECK(session_code(people, to_hex(stored)) == "not_signed_in");
  });
}

TEST_CASE("cookies that are none are refused", "[people]") {
  PeopleFixture people;
  const std::string cookie = people.login("novak").cookie;
  for (const std::string& bad :
       {std::string(), cookie.substr(1), cookie + "0", std::string(64, '0'),
        std::string(1'000'000, 'a'), std::string(64, '\0')}) {
    CHECK(session_code(people, bad) == "not_signed_in");
  }
}

TEST_CASE("a session ends by logout, and the others of the same user go on", "[people]") {
  PeopleFixture people;
  const people::SignedIn first = people.login("novak");
  const people::SignedIn second = people.login("novak");
  people.sign_in.logout(first.cookie, people.origin);
  people.sign_in.logout("never there", people.origin);
  CHECK(session_code(people, first.cookie) == "not_signed_in");
  CHECK(session_code(people, second.cookie).empty());
}

TEST_CASE("signing in again replaces the session that the browser had", "[people]") {
  PeopleFixture people;
  const people::SignedIn before = people.login("novak");
  people.origin.previous_cookie = before.cookie;
  const people::SignedIn after = people.login("novak");
  CHECK(session_code(people, before.cookie) == "not_signed_in");
  CHECK(session_code(people, after.cookie).empty());
}

TEST_CASE("a session ends when it is idle for 12 hours, and after 7 days in any case", "[people]") {
  PeopleFixture people;
  const people::SignedIn idle = people.login("novak");
  const people::SignedIn busy = people.login("novak");
  people.store.pass(people::kSessionIdleMs - 1);
  CHECK(session_code(people, busy.cookie).empty());  // is counted as used now
  people.store.pass(1);
  CHECK(session_code(people, idle.cookie) == "not_signed_in");
  CHECK(session_code(people, busy.cookie).empty());
  while (people.store.now() < busy.expires_at - people::kSessionIdleMs / 2) {
    people.store.pass(people::kSessionIdleMs / 2);
    REQUIRE(session_code(people, busy.cookie).empty());
  }
  people.store.pass(busy.expires_at - people.store.now());
  CHECK(session_code(people, busy.cookie) == "not_signed_in");
}

TEST_CASE("the last use is written at most once a minute", "[people]") {
  PeopleFixture people;
  const people::SignedIn signed_in = people.login("novak");
  const auto works = [&] { return people.store->counters().writes; };
  const auto before = works();
  for (int i = 0; i < 10; ++i) {
    people.store.pass(people::kTouchMs / 10 - 1);
    people.sign_in.authenticate_session(signed_in.cookie);
  }
  CHECK(works() == before);
  people.store.pass(people::kTouchMs);
  people.sign_in.authenticate_session(signed_in.cookie);
  people.sign_in.authenticate_session(signed_in.cookie);
  CHECK(works() == before + 1);
}

TEST_CASE("a changed role and a disabled account count at the next request", "[people]") {
  PeopleFixture people;
  const people::SignedIn signed_in = people.login("novak");
  people.update(people.user, {.role = people::Role::kRequester});
  CHECK(people.sign_in.authenticate_session(signed_in.cookie).role == people::Role::kRequester);
  people.update(people.user, {.disabled = true});
  CHECK(session_code(people, signed_in.cookie) == "not_signed_in");
  people.update(people.user, {.disabled = false});
  CHECK(session_code(people, signed_in.cookie) == "not_signed_in");
}

TEST_CASE("an own password is changed with the present one, and ends all other sessions",
          "[people]") {
  PeopleFixture people;
  const people::SignedIn here = people.login("novak");
  const people::SignedIn elsewhere = people.login("novak");
  const people::Principal principal = people.sign_in.authenticate_session(here.cookie);
  const auto change = [&](std::string_view current, std::string_view next) {
    return people.sign_in.change_own_password(principal, current, next, people.origin);
  };
  CHECK(code_of([&] { change("not this one", "a new long password"); }) == "wrong_password");
  CHECK(code_of([&] { change(kGoodPassword, "short"); }) == "invalid_password");
  CHECK(code_of([&] { change(kGoodPassword, kGoodPassword); }) == "invalid_password");
  CHECK(path_of([&] { change("not this one", "a new long password"); }) == "current_password");
  CHECK(path_of([&] { change(kGoodPassword, "short"); }) == "new_password");
  CHECK(path_of([&] { change(kGoodPassword, kGoodPassword); }) == "new_password");
  CHECK(session_code(people, elsewhere.cookie).empty());

  const people::SignedIn after = change(kGoodPassword, "a new long password");
  CHECK(session_code(people, here.cookie) == "not_signed_in");
  CHECK(session_code(people, elsewhere.cookie) == "not_signed_in");
  CHECK(session_code(people, after.cookie).empty());
  CHECK(code_of([&] { people.login("novak"); }) == "sign_in_failed");
  CHECK_FALSE(people.login("novak", "a new long password").user.must_change_password);
}

TEST_CASE("a hash of an old cost is replaced when its password is next seen", "[people]") {
  PeopleFixture people;
  people::PasswordOptions dearer = cheap_passwords();
  dearer.cost.log2_n = 11;
  people::Passwords passwords(dearer);
  people::SignIn sign_in(*people.store, passwords);
  const auto stored = [&] {
    return people.store->read_value<std::string>([&](store::Transaction& transaction) {
      return *transaction.find_text("SELECT password_hash FROM users WHERE name = 'novak'");
    });
  };
  CHECK(passwords.needs_rehash(stored()));
  sign_in.login("novak", kGoodPassword, people.origin);
  CHECK_FALSE(passwords.needs_rehash(stored()));
  CHECK(people.login("novak").user.version == 1);
}

TEST_CASE("an API token acts for its owner until it is revoked, expires or the owner is disabled",
          "[people]") {
  PeopleFixture people;
  const auto make = [&](std::optional<Instant> expires_at) {
    return people.store->write_value<people::CreatedToken>([&](store::Transaction& transaction) {
      return people::create_token(transaction, people.store.now(), people.actor, people.user.id,
                                  "script", expires_at);
    });
  };
  const auto code = [&](const std::string& secret) {
    return code_of([&] { people.sign_in.authenticate_token(secret); });
  };
  const people::CreatedToken lasting = make({});
  const people::CreatedToken revoked = make({});
  const people::CreatedToken brief = make(people.store.now() + 1000);
  CHECK(lasting.secret.size() == people::kTokenCharacters);
  const people::Principal principal = people.sign_in.authenticate_token(lasting.secret);
  CHECK(principal.name == "novak");
  CHECK(principal.kind == people::PrincipalKind::kToken);
  CHECK(principal.csrf_token.empty());
  CHECK(code(brief.secret).empty());

  people.store->write([&](store::Transaction& transaction) {
    people::revoke_token(transaction, people.store.now(), people.actor, revoked.token.id, {});
  });
  CHECK(code(revoked.secret) == "invalid_token");
  people.store.pass(1000);
  CHECK(code(brief.secret) == "invalid_token");
  for (const std::string& bad : {std::string(), std::string("mst_"), lasting.secret + "a",
                                 lasting.secret.substr(1), std::string(100'000, 'm')})
    CHECK(code(bad) == "invalid_token");

  people.update(people.user, {.disabled = true});
  CHECK(code(lasting.secret) == "invalid_token");
  people.update(people.user, {.disabled = false});
  CHECK(code(lasting.secret).empty());
}

}  // namespace
}  // namespace muster::server
