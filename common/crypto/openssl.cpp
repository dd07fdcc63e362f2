// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/openssl.h"

#include <openssl/err.h>

#include <new>
#include <utility>

namespace muster::crypto {

Failure openssl_failure(FailureKind kind, std::string message) {
  const unsigned long code = ERR_peek_last_error();
  if (code != 0) {
    const char* const reason = ERR_reason_error_string(code);
    if (reason != nullptr) message += std::string(" (") + reason + ")";
  }
  ERR_clear_error();
  return {kind, std::move(message)};
}

Failure plain_failure(FailureKind kind, std::string message) {
  ERR_clear_error();
  return {kind, std::move(message)};
}

OwnedBio memory_bio(std::string_view bytes) {
  OwnedBio bio(BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

OwnedBio memory_bio() {
  OwnedBio bio(BIO_new(BIO_s_mem()));
  if (!bio) throw std::bad_alloc();
  return bio;
}

std::string written_to(BIO* bio) {
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(bio, &bytes);
  return size <= 0 ? std::string() : std::string(bytes, static_cast<std::size_t>(size));
}

}  // namespace muster::crypto
