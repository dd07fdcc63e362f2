// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/key.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/pem.h>

#include <utility>

#include "common/support/digest.h"
#include "common/support/file.h"

namespace muster::crypto {
namespace {

// SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 x y } } up to and with the
// 04.
constexpr unsigned char kP256Prefix[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48,
                                         0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48,
                                         0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04};
constexpr std::size_t kP256SpkiBytes = sizeof kP256Prefix + 64;

// Without it OpenSSL would ask the terminal for the passphrase of an encrypted key.
int no_passphrase(char*, int, int, void*) {
  return -1;
}

}  // namespace

Result<PrivateKey> PrivateKey::generate() {
  OwnedKey key(EVP_EC_gen("P-256"));
  if (!key) return openssl_failure(FailureKind::kIo, "cannot generate an EC P-256 key");
  return PrivateKey(std::move(key));
}

Result<PrivateKey> PrivateKey::from_pem(std::string_view pem) {
  const OwnedBio bio = memory_bio(pem);
  OwnedKey key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    return openssl_failure(FailureKind::kMalformed, "no unencrypted private key in PEM found");
  }
  PrivateKey result(std::move(key));
  if (!is_p256_public_key(result.public_key_der())) {
    return plain_failure(FailureKind::kMalformed,
                         "the private key is of another kind than EC P-256 (prime256v1)");
  }
  return result;
}

Result<PrivateKey> PrivateKey::load(const std::filesystem::path& path) {
  Result<std::string> pem = read_private_file(path);
  if (!pem) return pem.failure();
  Result<PrivateKey> key = from_pem(*pem);
  OPENSSL_cleanse(pem->data(), pem->size());
  if (!key) return Failure{key.failure().kind, path.string() + ": " + key.failure().message};
  return key;
}

std::string PrivateKey::to_pem() const {
  const OwnedBio bio(BIO_new(BIO_s_secmem()));
  if (!bio || PEM_write_bio_PKCS8PrivateKey(bio.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                            nullptr) != 1) {
    throw std::bad_alloc();
  }
  return written_to(bio.get());
}

Result<Done> PrivateKey::save(const std::filesystem::path& path) const {
  std::string pem = to_pem();
  Result<Done> saved = replace_file(path, pem, FileMode::kPrivate);
  OPENSSL_cleanse(pem.data(), pem.size());
  return saved;
}

std::string PrivateKey::public_key_der() const {
  return der_of(i2d_PUBKEY, key_.get());
}

bool is_p256_public_key(std::string_view spki_der) {
  const std::string_view prefix(static_cast<const char*>(static_cast<const void*>(kP256Prefix)),
                                sizeof kP256Prefix);
  return spki_der.size() == kP256SpkiBytes && spki_der.starts_with(prefix);
}

std::string spki_sha256_hex(std::string_view spki_der) {
  return sha256_hex(spki_der);
}

}  // namespace muster::crypto
