// SPDX-License-Identifier: Apache-2.0
// Where a CertificateAuthority keeps what all servers of an installation share: its generations and
// the public names. In files where there is one server (authority_files.h), in the database where
// there may be several (authority_database.h). Any thread; failures as Result.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "common/crypto/issue.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::server::ca {

class AuthorityStorage {
 public:
  virtual ~AuthorityStorage() = default;
  virtual std::string place() const = 0;  // for messages: a folder, "the database"
  // Oldest first; empty: there is none yet.
  virtual Result<std::vector<crypto::Authority>> read() = 0;
  // Makes that generation, unless it is there already, made by another server meanwhile.
  virtual Result<Done> make(std::size_t generation, Instant now) = 0;
  virtual Result<std::vector<std::string>> read_names() = 0;
  virtual Result<Done> write_names(const std::vector<std::string>& names) = 0;
};

inline constexpr std::size_t kMaxAuthorities = 8;

}  // namespace muster::server::ca
