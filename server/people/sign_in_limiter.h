// SPDX-License-Identifier: Apache-2.0
// How many attempts to sign in are let through: counted in the store, before the password is looked
// at, in one transaction, so that neither parallel requests nor several servers let one more
// through. Three counters: from one network address (IPv6: /64), for one name from one address, and
// for one name from anywhere; the last is wide, since anybody on the network can use it up and so
// lock the owner out for the rest of the window.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/support/clock.h"
#include "server/store/store.h"

namespace muster::server::people {

struct SignInLimits {
  std::int64_t window_ms = 15 * 60 * 1000;  // from the first attempt counted
  std::int64_t per_address = 50;
  std::int64_t per_name_and_address = 10;
  std::int64_t per_name = 100;
};

class SignInLimiter {
 public:
  explicit SignInLimiter(SignInLimits limits = {}) : limits_(limits) {}

  // Counts one attempt, or throws Error 429 too_many_attempts with Retry-After and counts nothing.
  // `name` is as typed; one that no account can have counts for the address only.
  void count(store::Store& store, std::string_view name, std::string_view address) const;
  // After a success, in its transaction: the name's counters begin anew and the address gets its
  // attempt back.
  void forgive(store::Transaction& transaction, std::string_view name,
               std::string_view address) const;

 private:
  SignInLimits limits_;
};

// What stands for an address in the counters: an IPv6 host owns at least a /64.
std::string counted_address(std::string_view address);

}  // namespace muster::server::people
