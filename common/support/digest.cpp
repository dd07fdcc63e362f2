// SPDX-License-Identifier: Apache-2.0
#include "common/support/digest.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <memory>
#include <new>
#include <stdexcept>
#include <utility>

#include "common/support/text.h"

namespace muster {
namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

// EVP_sha256() would search the providers again at every EVP_DigestInit_ex; a fetched one is looked
// up once and lives as long as the program.
const EVP_MD* sha256_digest() {
  static const EVP_MD* const digest = [] {
    const EVP_MD* fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    if (fetched == nullptr) throw std::runtime_error("OpenSSL offers no SHA-256");
    return fetched;
  }();
  return digest;
}

Context new_context() {
  Context context(EVP_MD_CTX_new());
  if (!context) throw std::bad_alloc();
  return context;
}

void need(int done) {
  if (done != 1) throw std::runtime_error("OpenSSL could not compute SHA-256");
}

EVP_MD_CTX* as_context(void* context) {
  return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

std::array<unsigned char, kSha256Bytes> sha256_array(std::string_view bytes) {
  static thread_local const Context context = new_context();
  std::array<unsigned char, kSha256Bytes> result;
  need(EVP_DigestInit_ex2(context.get(), sha256_digest(), nullptr));
  need(EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()));
  need(EVP_DigestFinal_ex(context.get(), result.data(), nullptr));
  return result;
}

std::string sha256(std::string_view bytes) {
  const auto digest = sha256_array(bytes);
  return {digest.begin(), digest.end()};
}

std::string sha256_hex(std::string_view bytes) {
  return to_hex(sha256(bytes));
}

Sha256::Sha256() : context_(nullptr) {
  Context context = new_context();
  need(EVP_DigestInit_ex2(context.get(), sha256_digest(), nullptr));
  context_ = context.release();
}

Sha256::~Sha256() {
  EVP_MD_CTX_free(as_context(context_));
}

Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

Sha256& Sha256::operator=(Sha256&& other) noexcept {
  std::swap(context_, other.context_);
  return *this;
}

void Sha256::update(std::string_view bytes) {
  need(EVP_DigestUpdate(as_context(context_), bytes.data(), bytes.size()));
}

std::string Sha256::finish() {
  std::string result(kSha256Bytes, '\0');
  need(EVP_DigestFinal_ex(as_context(context_), reinterpret_cast<unsigned char*>(result.data()),
                          nullptr));
  need(EVP_DigestInit_ex2(as_context(context_), sha256_digest(), nullptr));
  return result;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string result(kSha256Bytes, '\0');
  // A null key would mean "the key of the call before".
  const char* const key_bytes = key.empty() ? "" : key.data();
  unsigned int size = 0;
  const unsigned char* const done =
      HMAC(sha256_digest(), key_bytes, static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(),
           reinterpret_cast<unsigned char*>(result.data()), &size);
  if (done == nullptr || size != kSha256Bytes) {
    throw std::runtime_error("OpenSSL could not compute HMAC-SHA-256");
  }
  return result;
}

std::string random_bytes(std::size_t count) {
  std::string result(count, '\0');
  if (count != 0 &&
      RAND_bytes_ex(nullptr, reinterpret_cast<unsigned char*>(result.data()), count, 0) != 1) {
    throw std::runtime_error("the system's random generator gave no random numbers");
  }
  return result;
}

std::string random_uuid() {
  std::string bytes = random_bytes(16);
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  std::string text = to_hex(bytes);
  for (const std::size_t position : {8U, 13U, 18U, 23U})
    text.insert(position, 1, '-');
  return text;
}

}  // namespace muster
