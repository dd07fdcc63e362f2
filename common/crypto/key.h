// SPDX-License-Identifier: Apache-2.0
// Private keys: EC P-256 only (RFC 5480, secp256r1), for agents, for the servers' listeners and for
// the authority. A PrivateKey is a cheap handle; copies share one key, which never changes. Any
// thread may use it.
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "common/crypto/openssl.h"
#include "common/support/result.h"

namespace muster::crypto {

class PrivateKey {
 public:
  static Result<PrivateKey> generate();
  // PKCS#8 or SEC 1 PEM, not encrypted; certificates beside it in the text are skipped.
  static Result<PrivateKey> from_pem(std::string_view pem);
  // Mode 0600 or stricter is demanded (file.h).
  static Result<PrivateKey> load(const std::filesystem::path& path);

  std::string to_pem() const;  // PKCS#8
  // Written atomically with mode 0600.
  Result<Done> save(const std::filesystem::path& path) const;

  std::string public_key_der() const;  // SubjectPublicKeyInfo
  EVP_PKEY* handle() const { return key_.get(); }

 private:
  explicit PrivateKey(std::shared_ptr<EVP_PKEY> key) : key_(std::move(key)) {}
  std::shared_ptr<EVP_PKEY> key_;
};

// Is it an EC P-256 key in the one usual form: named curve, uncompressed point? (Other forms of the
// same key would have another hash.)
bool is_p256_public_key(std::string_view spki_der);

std::string spki_sha256_hex(std::string_view spki_der);

}  // namespace muster::crypto
