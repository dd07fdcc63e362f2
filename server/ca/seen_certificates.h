// SPDX-License-Identifier: Apache-2.0
// Certificates that were decoded and found good a while ago: whose they are. An agent shows the
// same one at every report, and decoding it and checking its chain once more costs as much as the
// rest of an unchanged report; the handshake of each connection has checked the chain already,
// against the authorities that are trusted now. Whether it was revoked is not kept here: that is
// asked of the store at each request.
//
// Bounded: about 250 bytes each. Any thread.
#pragma once
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "common/support/clock.h"

namespace muster::server::ca {

class SeenCertificates {
 public:
  struct Owner {
    std::string agent_id;
    std::string serial_hex;
  };

  explicit SeenCertificates(std::size_t most = 100'000, std::int64_t kept_ms = 3'600'000)
      : most_(most), kept_ms_(kept_ms) {}

  // nullopt: not seen within the last hour, or it has expired since.
  std::optional<Owner> find(std::string_view der, Instant now) const;
  void add(std::string_view der, Owner owner, Instant not_after, Instant now);

 private:
  struct Entry {
    Owner owner;
    Instant from, until;
  };
  const std::size_t most_;
  const std::int64_t kept_ms_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Entry> entries_;  // by SHA-256 of the DER
};

}  // namespace muster::server::ca
