// SPDX-License-Identifier: Apache-2.0
#include "server/ca/seen_certificates.h"

#include <algorithm>
#include <utility>

#include "common/support/digest.h"

namespace muster::server::ca {

std::optional<SeenCertificates::Owner> SeenCertificates::find(std::string_view der,
                                                              Instant now) const {
  const std::string key = sha256(der);
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(key);
  if (found == entries_.end()) return std::nullopt;
  // A clock that was set back makes nothing valid for longer.
  if (now < found->second.from || now >= found->second.until) return std::nullopt;
  return found->second.owner;
}

void SeenCertificates::add(std::string_view der, Owner owner, Instant not_after, Instant now) {
  std::string key = sha256(der);
  const Instant until = std::min(not_after, Instant{now.ms + kept_ms_});
  const std::lock_guard lock(mutex_);
  if (entries_.size() >= most_) entries_.clear();
  entries_.insert_or_assign(std::move(key), Entry{std::move(owner), now, until});
}

}  // namespace muster::server::ca
