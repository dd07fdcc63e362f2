// SPDX-License-Identifier: Apache-2.0
// Passwords of people, kept as scrypt hashes (RFC 7914) in the usual text form
//   $scrypt$ln=17,r=8,p=1$<salt>$<hash>      (base64 without padding; N = 2^ln)
// One hash takes 128 MiB and about a third of a second of one core on purpose: the caller caps how
// many run at once. Any thread.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster::crypto {

constexpr std::size_t kMaxPasswordBytes = 1024;

struct ScryptCost {
  unsigned log2_n = 17;
  unsigned r = 8;
  unsigned p = 1;
  friend bool operator==(const ScryptCost&, const ScryptCost&) = default;
};

// kTooLarge for a longer password, kMalformed for one with a NUL, kIo without that memory.
Result<std::string> hash_password(std::string_view password, ScryptCost cost = {});

// False: the wrong password, or one that cannot be right (too long, or with a NUL). A failure is
// about the hash: kMalformed, or it asks for more than 512 MiB (kTooLarge).
Result<bool> verify_password(std::string_view password, std::string_view hash);

// Made with another cost than today's (or not readable): hash the password again at the next login.
bool needs_rehash(std::string_view hash, ScryptCost cost = {});

}  // namespace muster::crypto
