// SPDX-License-Identifier: Apache-2.0
// Certificate requests (PKCS#10, RFC 2986): made by the agent, taken apart by the server. Of a
// foreign request only the public key counts, and the proof that the sender holds its private half;
// subject and extensions asked for are never looked at. Pure, any thread.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

#include "common/crypto/key.h"
#include "common/support/result.h"

namespace muster::crypto {

constexpr std::size_t kMaxRequestBytes = 16 * 1024;  // of base64, white space included

// DER, signed with ECDSA and SHA-256.
Result<std::string> make_request(const PrivateKey& key, const std::string& common_name);

// The body of an EST request: base64 without armour, white space anywhere (RFC 8951 section 2), in
// lines of 76.
std::string to_base64_lines(std::string_view bytes);

struct CheckedRequest {
  std::string spki_der;  // EC P-256, and the sender has its private key
};

// Failure: kTooLarge, or kMalformed with what is wrong with it.
Result<CheckedRequest> check_request(std::string_view base64);

}  // namespace muster::crypto
