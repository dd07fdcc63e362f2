// SPDX-License-Identifier: Apache-2.0
#include "server/people/sign_in_limiter.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <vector>

#include "common/support/text.h"
#include "server/error.h"
#include "server/people/users.h"

namespace muster::server::people {
namespace {

// A window that seems to begin in the future was begun by a server whose clock is ahead; one far in
// the future by a clock that has been set back since, and is over.
constexpr std::string_view kCount = R"sql(
  INSERT INTO sign_in_attempts (counter, since, attempts) VALUES (?1, ?2, 1)
  ON CONFLICT (counter) DO UPDATE SET
    attempts = CASE WHEN sign_in_attempts.since <= ?2 - ?3 OR sign_in_attempts.since > ?2 + ?3
                    THEN 1 ELSE sign_in_attempts.attempts + 1 END,
    since = CASE WHEN sign_in_attempts.since <= ?2 - ?3 OR sign_in_attempts.since > ?2 + ?3
                 THEN ?2 ELSE sign_in_attempts.since END
  RETURNING attempts, since)sql";
constexpr std::string_view kUncount =
    "UPDATE sign_in_attempts SET attempts = attempts - 1 WHERE counter = ?1 AND attempts > 0";
constexpr std::string_view kLook = R"sql(
  SELECT since FROM sign_in_attempts
  WHERE counter = ?1 AND attempts >= ?4 AND since > ?2 - ?3 AND since <= ?2 + ?3)sql";
constexpr std::string_view kForget = "DELETE FROM sign_in_attempts WHERE counter = ?1";
constexpr std::string_view kForgetOld = "DELETE FROM sign_in_attempts WHERE since < ?1";

struct Counter {
  std::string key;
  std::int64_t limit;
};

std::vector<Counter> counters_of(const SignInLimits& limits, std::string_view name,
                                 std::string_view address) {
  const std::string from = counted_address(address);
  std::vector<Counter> counters = {{"address " + from, limits.per_address}};
  if (const std::string lowered = lower_ascii(name); is_user_name(lowered)) {
    counters.push_back({"pair " + lowered + " " + from, limits.per_name_and_address});
    counters.push_back({"name " + lowered, limits.per_name});
  }
  return counters;
}

[[noreturn]] void refuse(std::int64_t wait_ms) {
  const int wait_s = static_cast<int>(std::max<std::int64_t>(1, (wait_ms + 999) / 1000));
  throw Error(Status::kTooManyRequests, "too_many_attempts",
              "Too many attempts to sign in. Try again in " + std::to_string((wait_s + 59) / 60) +
                  " minutes.")
      .retry_after(wait_s);
}

}  // namespace

std::string counted_address(std::string_view address) {
  std::array<unsigned char, 16> bytes{};
  const std::string text(address.substr(0, 64));
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) {
    constexpr std::string_view kMapped("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    const std::string raw(bytes.begin(), bytes.end());
    if (raw.starts_with(kMapped)) {  // ::ffff:192.0.2.1 is that IPv4 address
      return std::to_string(bytes[12]) + "." + std::to_string(bytes[13]) + "." +
             std::to_string(bytes[14]) + "." + std::to_string(bytes[15]);
    }
    return to_hex(raw.substr(0, 8)) + "/64";
  }
  return printable(text);
}

void SignInLimiter::count(store::Store& store, std::string_view name,
                          std::string_view address) const {
  const std::vector<Counter> counters = counters_of(limits_, name, address);
  const std::int64_t now_ms = store.clock().now().ms;
  const std::int64_t window_ms = limits_.window_ms;
  std::optional<std::int64_t> full_since;

  // An attempt over a limit costs no write: a flood of attempts must not become a flood of
  // commits.
  store.read([&](store::Transaction& transaction) {
    for (const Counter& counter : counters) {
      const auto since =
          transaction.find_integer(kLook, {counter.key, now_ms, window_ms, counter.limit});
      if (since) full_since = std::max(full_since.value_or(*since), *since);
    }
  });
  if (full_since) refuse(*full_since + window_ms - now_ms);

  store.write([&](store::Transaction& transaction) {
    full_since.reset();
    transaction.execute(kForgetOld, {now_ms - 2 * window_ms});
    std::vector<std::string> counted;
    for (const Counter& counter : counters) {
      std::int64_t attempts = 0;
      std::int64_t since = now_ms;
      transaction.query(kCount, {counter.key, now_ms, window_ms}, [&](const store::ResultRow& row) {
        attempts = row.integer(0);
        since = row.integer(1);
      });
      counted.push_back(counter.key);
      if (attempts <= counter.limit) continue;
      // Not an exception: that would undo and repeat the work of others in the same commit.
      full_since = since;
      for (const std::string& key : counted)
        transaction.execute(kUncount, {key});
      return;
    }
  });
  if (full_since) refuse(*full_since + window_ms - now_ms);
}

void SignInLimiter::forgive(store::Transaction& transaction, std::string_view name,
                            std::string_view address) const {
  for (const Counter& counter : counters_of(limits_, name, address))
    transaction.execute(counter.key.starts_with("address ") ? kUncount : kForget, {counter.key});
}

}  // namespace muster::server::people
