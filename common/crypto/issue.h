// SPDX-License-Identifier: Apache-2.0
// Making certificates (RFC 5280 profile): the authority's own, the listeners' and the agents'.
// Every field is the server's; nothing of a request but the public key enters. Serial numbers are
// 16 bytes, all but two bits of them random. Valid from five minutes before `now` (clocks of
// machines differ), never beyond the authority's own end. Pure, any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/certificate.h"
#include "common/crypto/key.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::crypto {

constexpr std::int64_t kDayMs = 24LL * 60 * 60 * 1000;
constexpr std::int64_t kBackdatedMs = 5LL * 60 * 1000;
constexpr std::int64_t kAuthorityLifetimeMs = 3652 * kDayMs;  // 10 years
constexpr std::int64_t kServerLifetimeMs = 397 * kDayMs;      // the longest that browsers take
constexpr std::int64_t kAgentLifetimeMs = 90 * kDayMs;

struct Authority {
  Certificate certificate;
  PrivateKey key;
};

// Self-signed; CA:TRUE, pathlen 0, signs certificates and revocation lists.
Result<Authority> issue_authority(PrivateKey key, Instant now,
                                  std::int64_t lifetime_ms = kAuthorityLifetimeMs);

// `names`: DNS names and IP addresses under which the listener is reached, at least one; the first
// is the subject.
Result<Certificate> issue_server(const Authority& authority, std::string_view spki_der,
                                 const std::vector<std::string>& names, Instant now,
                                 std::int64_t lifetime_ms = kServerLifetimeMs);

// `agent_id` is a UUID: CN and SAN URI:urn:uuid:<id>, clientAuth.
Result<Certificate> issue_agent(const Authority& authority, std::string_view spki_der,
                                const std::string& agent_id, Instant now,
                                std::int64_t lifetime_ms = kAgentLifetimeMs);

bool is_ip_address(std::string_view text);
// Letters, digits, hyphens and dots between; no wildcard, no dot at the end.
bool is_dns_name(std::string_view text);
// As it stands in a certificate: lower case, an IPv6 address in its shortest form. nullopt: neither
// of both.
std::optional<std::string> canonical_name(std::string_view text);

}  // namespace muster::crypto
