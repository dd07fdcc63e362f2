// SPDX-License-Identifier: Apache-2.0
// Passwords: the rules for a new one, hashing and checking. Hashing costs much memory and time on
// purpose, so it never happens inside a transaction, and only a few run at once: a flood of logins
// must not starve everything else. Thread-safe.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

#include "common/crypto/password.h"

namespace muster::server::people {

// The hash of a password that has passed the rules. A type of its own, so that a password itself
// cannot be stored by mistake.
struct PasswordHash {
  std::string text;
};

inline constexpr std::size_t kMinPasswordCharacters = 12;

// Error 422 invalid_password, at `field`, with what is wrong with it; never with the password.
void check_new_password(std::string_view password, std::string_view user_name,
                        std::string_view field = "password");

// At most `running` hold a slot at once and `waiting` wait for one; who comes beyond that, or waits
// longer than `patience`, gets Error 503 busy with Retry-After.
class HashingGate {
 public:
  HashingGate(std::size_t running, std::size_t waiting, std::chrono::milliseconds patience)
      : free_(running), waiting_room_(waiting), patience_(patience) {}

  class Slot {
   public:
    explicit Slot(HashingGate& gate) : gate_(gate) { gate_.enter(); }
    ~Slot() { gate_.leave(); }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;

   private:
    HashingGate& gate_;
  };

 private:
  void enter();
  void leave();
  std::mutex mutex_;
  std::condition_variable freed_;
  std::size_t free_;
  std::size_t waiting_room_;  // how many more may wait
  std::chrono::milliseconds patience_;
};

struct PasswordOptions {
  crypto::ScryptCost cost;
  std::size_t running = 2;  // 128 MiB each
  std::size_t waiting = 64;
  std::chrono::milliseconds patience{10'000};
};

class Passwords {
 public:
  explicit Passwords(PasswordOptions options = {});

  // Checks the rules and hashes.
  PasswordHash hash_new(std::string_view password, std::string_view user_name);
  // Hashes again at the present cost a password that has just been found right.
  PasswordHash rehash(std::string_view password);
  bool verify(std::string_view password, const std::string& hash);
  // The same work for a user who does not exist, so that time does not tell. Always false.
  bool verify_nobody(std::string_view password);
  bool needs_rehash(const std::string& hash) const;

 private:
  PasswordOptions options_;
  HashingGate gate_;
  std::string nobody_;  // hash of a random password
};

}  // namespace muster::server::people
