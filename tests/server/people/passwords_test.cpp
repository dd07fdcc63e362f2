// SPDX-License-Identifier: Apache-2.0
#include "server/people/passwords.h"

#include <catch2/catch.hpp>
#include <future>
#include <thread>

#include "tests/server/people/people_support.h"

namespace muster::server {
namespace {

using namespace std::chrono_literals;

TEST_CASE("passwords that are short, odd or the first that anybody would try are refused",
          "[people]") {
  struct Case {
    std::string password;
    bool good;
  };
  const std::vector<Case> cases = {
      {"", false},
      {"eleven char", false},
      {"twelve chars", true},
      {std::string(kGoodPassword), true},
      {"\xC4\x8D\xC5\xA1\xC5\xBE\xC4\x8D\xC5\xA1\xC5\xBE", false},  // six letters in twelve bytes
      {"\xC4\x8D\xC5\xA1\xC5\xBE a\xC4\x8D\xC5\xA1\xC5\xBE bcd", true},
      {"Password1234", false},
      {"aaaaaaaaaaaaaaaa", false},
      {"abababababababab", false},
      {"long.user.name", false},
      {"LONG.user.name", false},
      {"valid but \xFF\xFE bytes", false},
      {std::string("with a \0 inside it", 18), false},
      {std::string(200, 'x') + "abcde", true},
      {std::string(1020, 'x') + "abcd", true},
      {std::string(1020, 'x') + "abcde", false},
  };
  for (const Case& c : cases) {
    CAPTURE(c.password);
    const std::string code =
        code_of([&] { people::check_new_password(c.password, "long.user.name"); });
    CHECK(code == (c.good ? "" : "invalid_password"));
  }
}

TEST_CASE("a refusal does not repeat the password", "[people]") {
  try {
    people::check_new_password("hunter2", "novak");
    FAIL("it was let through");
  } catch (const Error& error) {
    CHECK(error.message.find("hunter2") == std::string::npos);
    CHECK(error.path == "password");
  }
}

TEST_CASE("a hash is checked, and one of another cost is to be made again", "[people]") {
  people::Passwords passwords(cheap_passwords());
  const people::PasswordHash hash = passwords.hash_new(kGoodPassword, "novak");
  CHECK(passwords.verify(kGoodPassword, hash.text));
  CHECK_FALSE(passwords.verify("correct horse batterx", hash.text));
  CHECK_FALSE(passwords.verify_nobody(kGoodPassword));
  CHECK_FALSE(passwords.needs_rehash(hash.text));
  people::PasswordOptions dearer = cheap_passwords();
  dearer.cost.log2_n = 11;
  CHECK(people::Passwords(dearer).needs_rehash(hash.text));
}

TEST_CASE("an unreadable hash is an error of the server, not a wrong password", "[people]") {
  people::Passwords passwords(cheap_passwords());
  CHECK(code_of([&] { passwords.verify(kGoodPassword, "plain"); }) == "password_hashing_failed");
}

TEST_CASE("who finds the gate full and the waiting room too is sent away at once", "[people]") {
  people::HashingGate gate(1, 0, 10s);
  const people::HashingGate::Slot held(gate);
  try {
    const people::HashingGate::Slot second(gate);
    FAIL("two at once");
  } catch (const Error& error) {
    CHECK(error.code == "busy");
    CHECK(error.status == Status::kUnavailable);
    CHECK(error.retry_after_s);
  }
}

TEST_CASE("who waits too long is sent away, and the place in the waiting room is free again",
          "[people]") {
  people::HashingGate gate(1, 1, 1ms);
  const people::HashingGate::Slot held(gate);
  for (int i = 0; i < 3; ++i) {
    CHECK(code_of([&] { const people::HashingGate::Slot second(gate); }) == "busy");
  }
}

TEST_CASE("never more pass the gate than it has slots, and all who wait get their turn",
          "[people]") {
  people::HashingGate gate(2, 100, 60s);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 16; ++i) {
    threads.emplace_back([&] {
      const people::HashingGate::Slot slot(gate);
      const int now = ++inside;
      int seen = most;
      while (now > seen && !most.compare_exchange_weak(seen, now)) {
      }
      std::this_thread::yield();
      --inside;
      ++done;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  CHECK(done == 16);
  CHECK(most <= 2);
}

}  // namespace
}  // namespace muster::server
