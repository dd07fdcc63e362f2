// SPDX-License-Identifier: Apache-2.0
#include "server/people/sign_in_limiter.h"

#include <catch2/catch.hpp>
#include <thread>

#include "tests/server/people/people_support.h"

namespace muster::server {
namespace {

int let_through(const people::SignInLimiter& limiter, TemporaryStore& store, int attempts,
                std::string_view name, std::string_view address) {
  int through = 0;
  for (int i = 0; i < attempts; ++i) {
    if (code_of([&] { limiter.count(*store, name, address); }).empty()) ++through;
  }
  return through;
}

TEST_CASE("parallel attempts are let through exactly as often as the limit says", "[people]") {
  TemporaryStore store;
  const people::SignInLimiter limiter(
      {.per_address = 1000, .per_name_and_address = 10, .per_name = 1000});
  std::atomic<int> through{0};
  std::atomic<int> refused{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 20; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const std::string code = code_of([&] { limiter.count(*store, "novak", "192.0.2.1"); });
        ++(code.empty() ? through : refused);
        if (!code.empty() && code != "too_many_attempts") std::abort();
      }
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(through == 10);
  CHECK(refused == 190);
}

TEST_CASE("each of the three limits holds by itself", "[people]") {
  TemporaryStore store;
  const people::SignInLimiter limiter({.per_address = 7, .per_name_and_address = 3, .per_name = 5});
  CHECK(let_through(limiter, store, 9, "novak", "192.0.2.1") == 3);
  CHECK(let_through(limiter, store, 9, "novak", "192.0.2.2") == 2);  // five for the name
  CHECK(let_through(limiter, store, 9, "berta", "192.0.2.1") == 3);
  CHECK(let_through(limiter, store, 9, "cilka", "192.0.2.1") == 1);  // seven from the address
  CHECK(let_through(limiter, store, 9, "not a name", "192.0.2.1") == 0);
  CHECK(let_through(limiter, store, 9, "not a name", "192.0.2.3") == 7);
}

TEST_CASE("a refusal says when to come back, and then one may", "[people]") {
  TemporaryStore store;
  const people::SignInLimiter limiter({.window_ms = 60'000, .per_name_and_address = 1});
  CHECK(let_through(limiter, store, 1, "novak", "192.0.2.1") == 1);
  store.pass(15'000);
  try {
    limiter.count(*store, "novak", "192.0.2.1");
    FAIL("it was let through");
  } catch (const Error& error) {
    CHECK(error.status == Status::kTooManyRequests);
    CHECK(error.retry_after_s == 45);
  }
  store.pass(44'999);
  CHECK(let_through(limiter, store, 1, "novak", "192.0.2.1") == 0);
  store.pass(1);
  CHECK(let_through(limiter, store, 5, "novak", "192.0.2.1") == 1);
}

TEST_CASE("a clock that was set back does not lock people out for years", "[people]") {
  TemporaryStore store;
  const people::SignInLimiter limiter({.per_name_and_address = 1});
  CHECK(let_through(limiter, store, 2, "novak", "192.0.2.1") == 1);
  store.pass(-60'000);  // another server's clock is behind: still the same window
  CHECK(let_through(limiter, store, 1, "novak", "192.0.2.1") == 0);
  store.pass(-3'600'000);
  CHECK(let_through(limiter, store, 2, "novak", "192.0.2.1") == 1);
}

TEST_CASE("the case of a name and the spelling of an address make no new counter", "[people]") {
  TemporaryStore store;
  const people::SignInLimiter limiter({.per_name_and_address = 2});
  CHECK(let_through(limiter, store, 2, "novak", "192.0.2.1") == 2);
  CHECK(let_through(limiter, store, 1, "NOVAK", "::ffff:192.0.2.1") == 0);
  CHECK(people::counted_address("2001:db8:1:2:3:4:5:6") ==
        people::counted_address("2001:db8:1:2::1"));
  CHECK(people::counted_address("2001:db8:1:2::1") != people::counted_address("2001:db8:1:3::1"));
  CHECK(people::counted_address("::ffff:192.0.2.1") == "192.0.2.1");
}

TEST_CASE("a right password makes up for the wrong ones before it", "[people]") {
  PeopleFixture people;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 9; ++i)
      CHECK(code_of([&] { people.login("novak", "wrong"); }) == "sign_in_failed");
    CHECK(code_of([&] { people.login("novak"); }).empty());
  }
  for (int i = 0; i < 10; ++i)
    CHECK(code_of([&] { people.login("novak", "wrong"); }) == "sign_in_failed");
  CHECK(code_of([&] { people.login("novak"); }) == "too_many_attempts");
}

TEST_CASE("a flood that is refused writes nothing and leaves nothing for ever", "[people]") {
  TemporaryStore store;
  const people::SignInLimiter limiter({.window_ms = 60'000, .per_name_and_address = 1});
  let_through(limiter, store, 2, "novak", "192.0.2.1");
  const auto before = store->counters().writes;
  let_through(limiter, store, 50, "novak", "192.0.2.1");
  CHECK(store->counters().writes == before);
  store.pass(200'000);
  let_through(limiter, store, 1, "berta", "192.0.2.2");
  store->read([](store::Transaction& transaction) {
    CHECK(transaction.find_integer("SELECT COUNT(*) FROM sign_in_attempts") == 3);
  });
}

}  // namespace
}  // namespace muster::server
