// SPDX-License-Identifier: Apache-2.0
#include "server/ca/join_tokens.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "tests/support/store/temporary_store.h"

namespace muster::server {
namespace {

struct TokenFixture {
  ca::CreatedJoinToken create(const ca::NewJoinToken& wanted = {}) {
    return store->write_value<ca::CreatedJoinToken>([&](store::Transaction& transaction) {
      return ca::create_join_token(transaction, store.now(), actor, wanted);
    });
  }
  std::string redeem_code(const std::string& text) {
    return code_of([&] {
      store->write([&](store::Transaction& transaction) {
        ca::redeem_join_token(transaction, store.now(), text);
      });
    });
  }
  ca::JoinToken revoke(const std::string& id) {
    return store->write_value<ca::JoinToken>([&](store::Transaction& transaction) {
      return ca::revoke_join_token(transaction, store.now(), actor, id);
    });
  }

  TemporaryStore store;
  people::Actor actor{"ana", "192.0.2.1", "r1"};
};

TEST_CASE("of a join token the store has the hash of its secret only", "[ca]") {
  TokenFixture f;
  const ca::CreatedJoinToken made = f.create({.note = "lab"});
  CHECK(made.text.size() == 45);
  CHECK(made.text.substr(0, 13) == "mjt_" + made.token.id + "_");
  CHECK(made.token.expires_at - f.store.now() == ca::kJoinTokenLifetimeMs);
  CHECK(made.token.max_uses == 1);
  f.store->read([&](store::Transaction& transaction) {
    CHECK(transaction.find_text("SELECT hash FROM join_tokens") == sha256(made.text.substr(13)));
    const auto detail = transaction.find_text("SELECT detail FROM audit").value();
    CHECK(detail.find(made.text.substr(13)) == std::string::npos);
    CHECK(transaction.find_text("SELECT object FROM audit") == "join_token/" + made.token.id);
  });
}

TEST_CASE("a join token is good as often as it says and no more", "[ca]") {
  TokenFixture f;
  const ca::CreatedJoinToken made = f.create({.max_uses = 3});
  for (int i = 0; i < 3; ++i)
    CHECK(f.redeem_code(made.text).empty());
  CHECK(f.redeem_code(made.text) == "token_used_up");
}

TEST_CASE("a hundred machines that show a one-use token at once get one success", "[ca]") {
  TokenFixture f;
  const ca::CreatedJoinToken made = f.create();
  std::atomic<int> good{0};
  std::atomic<int> used_up{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 100; ++i) {
    threads.emplace_back([&] {
      const std::string code = f.redeem_code(made.text);
      if (code.empty()) ++good;
      if (code == "token_used_up") ++used_up;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(good == 1);
  CHECK(used_up == 99);
  f.store->read([](store::Transaction& transaction) {
    CHECK(transaction.find_integer("SELECT uses FROM join_tokens") == 1);
  });
}

TEST_CASE("expired and revoked join tokens say so to whoever knows the secret, and to nobody else",
          "[ca]") {
  TokenFixture f;
  const ca::CreatedJoinToken expired = f.create();
  f.store.pass(ca::kJoinTokenLifetimeMs);
  const ca::CreatedJoinToken revoked = f.create();
  CHECK(f.revoke(revoked.token.id).revoked_at == f.store.now());
  CHECK(f.redeem_code(expired.text) == "token_expired");
  CHECK(f.redeem_code(revoked.text) == "token_revoked");
  for (const ca::CreatedJoinToken* token : {&expired, &revoked}) {
    std::string wrong = token->text;
    wrong.back() = wrong.back() == 'a' ? 'b' : 'a';
    CHECK(f.redeem_code(wrong) == "token_unknown");
  }
}

TEST_CASE("what is no join token of this server is unknown, and all refusals are 401", "[ca]") {
  TokenFixture f;
  const std::string text = f.create().text;
  std::vector<std::string> bad = {"",
                                  "mjt_",
                                  text + "a",
                                  text.substr(1),
                                  "x" + text,
                                  std::string(100'000, 'a'),
                                  std::string(45, '\0'),
                                  "mjt_aaaaaaaa_" + text.substr(13)};
  std::string upper = text;
  for (char& c : upper)
    c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  bad.push_back(upper);
  for (const std::string& token : bad) {
    try {
      f.store->read([&](store::Transaction& transaction) {
        ca::check_join_token(transaction, f.store.now(), token);
      });
      FAIL("it was taken");
    } catch (const Error& error) {
      CHECK(error.code == "token_unknown");
      CHECK(error.status == Status::kUnauthorized);
      REQUIRE(error.headers.size() == 1);
      CHECK(error.headers[0].first == "WWW-Authenticate");
    }
  }
  f.store->read([&](store::Transaction& transaction) {
    CHECK(ca::check_join_token(transaction, f.store.now(), text) == text.substr(4, 8));
    CHECK(transaction.find_integer("SELECT uses FROM join_tokens") == 0);
  });
}

TEST_CASE("limits of new join tokens are checked", "[ca]") {
  TokenFixture f;
  const auto code = [&](const ca::NewJoinToken& wanted) {
    return code_of([&] { f.create(wanted); });
  };
  CHECK(code({.expires_at = f.store.now()}) == "invalid_value");
  CHECK(code({.expires_at = f.store.now() + ca::kMaxJoinTokenLifetimeMs + 1}) == "invalid_value");
  CHECK(code({.max_uses = 0}) == "invalid_value");
  CHECK(code({.max_uses = ca::kMaxJoinTokenUses + 1}) == "invalid_value");
  CHECK(code({.note = "two\nlines"}) == "invalid_value");
  CHECK(code({.note = std::string(201, 'x')}) == "invalid_value");
  CHECK(code({.note = "", .max_uses = ca::kMaxJoinTokenUses}).empty());
}

TEST_CASE("join tokens are listed page by page, and only known ones can be revoked", "[ca]") {
  TokenFixture f;
  std::set<std::string> made;
  for (int i = 0; i < 5; ++i)
    made.insert(f.create().token.id);  // all at the same time
  std::vector<std::string> listed;
  std::optional<std::string> cursor;
  do {
    const auto page = f.store->read_value<ca::JoinTokenPage>([&](store::Transaction& transaction) {
      return ca::list_join_tokens(transaction, 2, cursor);
    });
    for (const ca::JoinToken& token : page.tokens)
      listed.push_back(token.id);
    cursor = page.next;
  } while (cursor);
  CHECK(listed.size() == 5);
  CHECK(std::set<std::string>(listed.begin(), listed.end()) == made);
  for (const std::string& forged : {std::string("x"), std::string("31.a"), std::string("31")}) {
    CHECK(code_of([&] {
            f.store->read([&](store::Transaction& transaction) {
              ca::list_join_tokens(transaction, 2, forged);
            });
          }) == "invalid_cursor");
  }
  CHECK(code_of([&] { f.revoke("aaaaaaaa"); }) == "join_token_not_found");
  CHECK(code_of([&] { f.revoke("' OR 1=1"); }) == "join_token_not_found");
  const ca::JoinToken revoked = f.revoke(listed[0]);
  f.store.pass(1000);
  CHECK(f.revoke(listed[0]).revoked_at == revoked.revoked_at);
}

}  // namespace
}  // namespace muster::server
