// SPDX-License-Identifier: Apache-2.0
// The secret that the servers of one database share and the database does not have: 256 random bits
// in the file cluster.key of each server's data directory (64 hexadecimal digits, mode 0600), which
// the administrator copies from the first server to the others. Under it the authority's private
// keys stand in the database: AES-256-GCM (NIST SP 800-38D), a new random 96-bit nonce each time,
// what the sealed thing is as additional data, so that one cannot be put in another's place.
// Form: nonce, ciphertext, 16 bytes of tag. Pure except the file; any thread.
#pragma once
#include <filesystem>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster::server::ca {

class ClusterKey {
 public:
  // Reads the file; kNotFound where there is none.
  static Result<ClusterKey> load(const std::filesystem::path& file);
  // Makes the file, or reads the one that is there.
  static Result<ClusterKey> load_or_make(const std::filesystem::path& file);

  Result<std::string> seal(std::string_view plain, std::string_view what) const;
  // kRefused: another key, or the sealed bytes were changed.
  Result<std::string> open(std::string_view sealed, std::string_view what) const;

 private:
  explicit ClusterKey(std::string key) : key_(std::move(key)) {}
  std::string key_;
};

}  // namespace muster::server::ca
