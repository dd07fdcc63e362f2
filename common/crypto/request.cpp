// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/request.h"

#include <algorithm>
#include <optional>

#include "common/support/text.h"

namespace muster::crypto {
namespace {

constexpr std::size_t kLineCharacters = 76;

bool is_accepted_signature(int nid) {
  return nid == NID_ecdsa_with_SHA256 || nid == NID_ecdsa_with_SHA384 ||
         nid == NID_ecdsa_with_SHA512;
}

Failure no_request(const char* what) {
  return plain_failure(FailureKind::kMalformed, std::string("the certificate request ") + what);
}

}  // namespace

Result<std::string> make_request(const PrivateKey& key, const std::string& common_name) {
  const OwnedRequest request(X509_REQ_new());
  const OwnedName subject(X509_NAME_new());
  const bool made = request && subject &&
                    X509_NAME_add_entry_by_NID(subject.get(), NID_commonName, MBSTRING_UTF8,
                                               as_unsigned(common_name.c_str()),
                                               static_cast<int>(common_name.size()), -1, 0) == 1 &&
                    X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) == 1 &&
                    X509_REQ_set_subject_name(request.get(), subject.get()) == 1 &&
                    X509_REQ_set_pubkey(request.get(), key.handle()) == 1 &&
                    X509_REQ_sign(request.get(), key.handle(), EVP_sha256()) > 0;
  if (!made) return openssl_failure(FailureKind::kIo, "cannot make a certificate request");
  return der_of(i2d_X509_REQ, request.get());
}

std::string to_base64_lines(std::string_view bytes) {
  const std::string text = to_base64(bytes);
  std::string result;
  for (std::size_t at = 0; at < text.size(); at += kLineCharacters) {
    result.append(text, at, kLineCharacters);
    result += '\n';
  }
  return result;
}

Result<CheckedRequest> check_request(std::string_view base64) {
  if (base64.size() > kMaxRequestBytes) {
    return Failure{FailureKind::kTooLarge, "the certificate request is larger than 16 KiB"};
  }
  const std::optional<std::string> der = from_base64(base64);
  if (!der || der->empty()) return no_request("is not base64 (RFC 4648) of a PKCS#10 request");
  const unsigned char* at = as_unsigned(der->data());
  const unsigned char* const end = at + der->size();
  const OwnedRequest request(d2i_X509_REQ(nullptr, &at, static_cast<long>(der->size())));
  if (!request) return no_request("is not DER of a PKCS#10 request");
  if (at != end) return no_request("has bytes behind its end");
  CheckedRequest result{der_of(i2d_X509_PUBKEY, X509_REQ_get_X509_PUBKEY(request.get()))};
  if (!is_p256_public_key(result.spki_der)) {
    return no_request("has a key of another kind than EC P-256 (prime256v1)");
  }
  if (!is_accepted_signature(X509_REQ_get_signature_nid(request.get()))) {
    return no_request("is not signed by ECDSA with SHA-256, SHA-384 or SHA-512");
  }
  EVP_PKEY* const key = X509_REQ_get0_pubkey(request.get());  // owned by the request
  if (key == nullptr) return no_request("has a key that is no point of the curve P-256");
  if (X509_REQ_verify(request.get(), key) != 1) {
    return no_request("is not signed by the private half of its own key");
  }
  return result;
}

}  // namespace muster::crypto
