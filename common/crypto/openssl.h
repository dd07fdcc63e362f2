// SPDX-License-Identifier: Apache-2.0
// Owning pointers over OpenSSL's objects, and failures that take OpenSSL's reason along and leave
// its error queue empty (a left-over error would be blamed on the next, innocent call of this
// thread). Used inside common/crypto and server/ca.
#pragma once
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pkcs7.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <string_view>

#include "common/support/result.h"

namespace muster::crypto {

template <auto Free>
struct Freeing {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freeing<Free>>;

using OwnedBio = Owned<BIO, BIO_free_all>;
using OwnedKey = Owned<EVP_PKEY, EVP_PKEY_free>;
using OwnedKeyContext = Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using OwnedCertificate = Owned<X509, X509_free>;
using OwnedRequest = Owned<X509_REQ, X509_REQ_free>;
using OwnedName = Owned<X509_NAME, X509_NAME_free>;
using OwnedExtension = Owned<X509_EXTENSION, X509_EXTENSION_free>;
using OwnedGeneralNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;
using OwnedPkcs7 = Owned<PKCS7, PKCS7_free>;

// `message` and, in brackets, what OpenSSL last complained about on this thread.
Failure openssl_failure(FailureKind kind, std::string message);

// A failure that has nothing to do with OpenSSL's complaint; its queue is emptied all the same.
Failure plain_failure(FailureKind kind, std::string message);

OwnedBio memory_bio(std::string_view bytes);  // reads from `bytes`, which must outlive it
OwnedBio memory_bio();                        // to write to
std::string written_to(BIO* bio);

inline const unsigned char* as_unsigned(const char* bytes) {
  return static_cast<const unsigned char*>(static_cast<const void*>(bytes));
}

// The DER of an object by one of the i2d_... functions; empty when OpenSSL could not make it.
template <class T, class Encode>
std::string der_of(Encode encode, T* object) {
  unsigned char* bytes = nullptr;
  const int size = encode(object, &bytes);
  if (size <= 0) return {};
  std::string result(static_cast<const char*>(static_cast<const void*>(bytes)),
                     static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return result;
}

}  // namespace muster::crypto
