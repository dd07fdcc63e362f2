// SPDX-License-Identifier: Apache-2.0
#include "server/ca/cluster_key.h"

#include "common/crypto/openssl.h"
#include "common/support/digest.h"
#include "common/support/file.h"
#include "common/support/text.h"

namespace muster::server::ca {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr int kNonceBytes = 12;
constexpr int kTagBytes = 16;

using CipherContext = crypto::Owned<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;

unsigned char* writable(std::string& bytes) {
  return static_cast<unsigned char*>(static_cast<void*>(bytes.data()));
}

}  // namespace

Result<ClusterKey> ClusterKey::load(const std::filesystem::path& file) {
  const Result<std::string> text = read_private_file(file);
  if (!text) return text.failure();
  auto key = from_hex(trim(*text));
  if (!key || key->size() != kKeyBytes) {
    return Failure{FailureKind::kMalformed,
                   file.string() +
                       " is no cluster key (64 hexadecimal digits): copy it once more "
                       "from the first server"};
  }
  return ClusterKey(*std::move(key));
}

Result<ClusterKey> ClusterKey::load_or_make(const std::filesystem::path& file) {
  Result<ClusterKey> present = load(file);
  if (present || present.failure().kind != FailureKind::kNotFound) return present;
  const auto written =
      replace_file(file, to_hex(random_bytes(kKeyBytes)) + "\n", FileMode::kPrivate);
  if (!written) return written.failure();
  return load(file);
}

Result<std::string> ClusterKey::seal(std::string_view plain, std::string_view what) const {
  const std::string nonce = random_bytes(kNonceBytes);
  std::string cipher(plain.size(), '\0');
  std::string tag(kTagBytes, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool sealed =
      context != nullptr &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                         crypto::as_unsigned(key_.data()),
                         crypto::as_unsigned(nonce.data())) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, crypto::as_unsigned(what.data()),
                        static_cast<int>(what.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), writable(cipher), &size, crypto::as_unsigned(plain.data()),
                        static_cast<int>(plain.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), writable(tag), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTagBytes, tag.data()) == 1;
  if (!sealed) return crypto::openssl_failure(FailureKind::kIo, "a key cannot be encrypted");
  return nonce + cipher + tag;
}

Result<std::string> ClusterKey::open(std::string_view sealed, std::string_view what) const {
  const Failure refused{FailureKind::kRefused,
                        "the cluster key does not open " + std::string(what) +
                            ": it is another installation's, or the database was changed"};
  if (sealed.size() < kNonceBytes + kTagBytes) return refused;
  const std::string_view cipher =
      sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string plain(cipher.size(), '\0');
  std::string rest(kTagBytes, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool opened =
      context != nullptr &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                         crypto::as_unsigned(key_.data()),
                         crypto::as_unsigned(sealed.data())) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, crypto::as_unsigned(what.data()),
                        static_cast<int>(what.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), writable(plain), &size, crypto::as_unsigned(cipher.data()),
                        static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), writable(rest), &size) == 1;
  if (!opened) return crypto::plain_failure(refused.kind, refused.message);
  return plain;
}

}  // namespace muster::server::ca
