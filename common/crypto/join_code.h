// SPDX-License-Identifier: Apache-2.0
// The join code: one string with all that a machine needs to enrol safely, the server's address,
// the SHA-256 of the authority's public key and a join token. Form: "muster1_" and base32 (RFC 4648
// section 6, lower case, no padding) of
//   host length (1 byte) | host:port | key hash (32 bytes) | token length (1 byte) | token |
//   checksum (4 bytes)
// The checksum is the beginning of the SHA-256 of "muster1_" and all before it. Only letters,
// digits and one underscore: a double click selects it whole, and no shell or spreadsheet reads
// anything into it. Pure, any thread.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster::crypto {

struct JoinCode {
  std::string host;                // DNS name or IP address, without brackets
  std::uint16_t port = 8444;       // of the agents' listener
  std::string ca_spki_sha256_hex;  // 64 lower-case digits
  std::string token;               // 1 to 128 printable ASCII characters without spaces

  std::string url() const;  // "https://cmdb.example.org:8444", IPv6 in brackets
  friend bool operator==(const JoinCode&, const JoinCode&) = default;
};

// kMalformed when a field is not as described above.
Result<std::string> encode_join_code(const JoinCode& code);

// White space around it is ignored. The failure says what to do: copy it whole, type it again,
// upgrade the agent.
Result<JoinCode> parse_join_code(std::string_view text);

}  // namespace muster::crypto
