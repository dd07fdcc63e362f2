// SPDX-License-Identifier: Apache-2.0
// Deciding whether a chain of certificates may be believed (RFC 5280 section 6), with exactly the
// trust anchors given: never the system's. The time is passed in. Pure, any thread.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/certificate.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::crypto {

// A peer's chain as it came, leaf first, each in DER. Refuses none and more than kMaxCertificates.
Result<std::vector<Certificate>> chain_from_der(std::span<const std::string> chain);

// `chain` leads from its first certificate to one of `anchors`, is valid at `now` for a TLS server,
// and the first one is for `host` (a DNS name or an IP address, without port; brackets around IPv6
// are allowed). Failure: kRefused and why.
Result<Done> verify_server(std::span<const Certificate> chain, std::span<const Certificate> anchors,
                           std::string_view host, Instant now);

// The first contact, when all that is known is the SHA-256 of the authority's public key (from the
// join code, in lower-case hex): finds the authority with that key in the chain, makes it the only
// anchor, verifies as above and returns it.
Result<Certificate> verify_pinned(std::span<const Certificate> chain,
                                  std::string_view pin_sha256_hex, std::string_view host,
                                  Instant now);

// The certificate of an agent, issued by one of `anchors` for TLS clients. `expired_ms` is how long
// ago it ended, 0 while it is valid: what an expired one may still do is for the caller to decide
// (model.md section 6).
struct AgentStanding {
  std::string agent_id;
  std::string serial_hex;
  std::int64_t expired_ms = 0;
};
Result<AgentStanding> verify_agent(const Certificate& certificate,
                                   std::span<const Certificate> anchors, Instant now);

}  // namespace muster::crypto
