// SPDX-License-Identifier: Apache-2.0
#include "server/people/passwords.h"

#include <algorithm>
#include <array>
#include <set>

#include "common/support/digest.h"
#include "common/support/text.h"
#include "server/error.h"
#include "server/store/text_fault.h"

namespace muster::server::people {
namespace {

constexpr int kRetryAfterS = 5;
constexpr std::size_t kMinDifferentBytes = 5;

// What the lists of leaked passwords hold at twelve characters and more; shorter ones are refused
// anyway.
constexpr std::array<std::string_view, 24> kCommon = {
    "password1234", "password12345", "passwordpassword", "administrator", "administrator1",
    "123456789012", "1234567890123", "0123456789ab",     "1q2w3e4r5t6y",  "1qaz2wsx3edc",
    "qwertyuiop12", "qwertyuiop123", "qwertyuiopasdf",   "qwerty123456",  "letmeinletmein",
    "iloveyou1234", "changeme1234",  "changemechangeme", "welcome12345",  "muster123456",
    "mustermuster", "geslogeslo12",  "geslo1234567",     "q1w2e3r4t5y6"};

}  // namespace

void check_new_password(std::string_view password, std::string_view user_name,
                        std::string_view field) {
  const auto refuse = [&](const std::string& why) {
    throw Error(Status::kUnprocessable, "invalid_password", why).at(std::string(field));
  };
  const auto fault = store::find_text_fault(password, crypto::kMaxPasswordBytes);
  if (fault == store::TextFault::kTooLong)
    refuse("The password is longer than " + std::to_string(crypto::kMaxPasswordBytes) + " bytes.");
  if (fault == store::TextFault::kNotUtf8) refuse("The password is not valid UTF-8 text.");
  if (fault == store::TextFault::kNul) refuse("The password holds a NUL character.");
  // Bytes that continue a UTF-8 character do not count.
  const auto characters = std::count_if(password.begin(), password.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  if (characters < static_cast<std::ptrdiff_t>(kMinPasswordCharacters)) {
    refuse("The password needs at least " + std::to_string(kMinPasswordCharacters) +
           " characters. Several words in a row are easy to remember.");
  }
  const std::string lowered = lower_ascii(password);
  if (lowered == lower_ascii(user_name)) refuse("The password must not be the user name.");
  const bool common = std::find(kCommon.begin(), kCommon.end(), lowered) != kCommon.end();
  if (common || std::set<char>(lowered.begin(), lowered.end()).size() < kMinDifferentBytes) {
    refuse("The password is one of the first that anybody would try. Choose another.");
  }
}

void HashingGate::enter() {
  std::unique_lock lock(mutex_);
  if (free_ == 0) {
    const auto busy = [] {
      return Error(Status::kUnavailable, "busy",
                   "Too many people are signing in at once. Try again in a few seconds.")
          .retry_after(kRetryAfterS);
    };
    if (waiting_room_ == 0) throw busy();
    --waiting_room_;
    const bool got = freed_.wait_for(lock, patience_, [&] { return free_ > 0; });
    ++waiting_room_;
    if (!got) throw busy();
  }
  --free_;
}

void HashingGate::leave() {
  {
    const std::lock_guard lock(mutex_);
    ++free_;
  }
  freed_.notify_one();
}

Passwords::Passwords(PasswordOptions options)
    : options_(options),
      gate_(options.running, options.waiting, options.patience),
      nobody_(rehash(to_hex(random_bytes(32))).text) {}

PasswordHash Passwords::hash_new(std::string_view password, std::string_view user_name) {
  check_new_password(password, user_name);
  return rehash(password);
}

PasswordHash Passwords::rehash(std::string_view password) {
  const HashingGate::Slot slot(gate_);
  Result<std::string> hash = crypto::hash_password(password, options_.cost);
  if (!hash) throw Error(Status::kInternal, "password_hashing_failed", hash.failure().message);
  return {std::move(*hash)};
}

bool Passwords::verify(std::string_view password, const std::string& hash) {
  const HashingGate::Slot slot(gate_);
  const Result<bool> right = crypto::verify_password(password, hash);
  if (!right) throw Error(Status::kInternal, "password_hashing_failed", right.failure().message);
  return *right;
}

bool Passwords::verify_nobody(std::string_view password) {
  verify(password, nobody_);
  return false;
}

bool Passwords::needs_rehash(const std::string& hash) const {
  return crypto::needs_rehash(hash, options_.cost);
}

}  // namespace muster::server::people
