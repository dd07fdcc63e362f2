// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/pkcs7.h"

#include <optional>
#include <utility>

#include "common/crypto/request.h"
#include "common/support/text.h"

namespace muster::crypto {
namespace {

Failure no_pkcs7(const char* what) {
  return plain_failure(FailureKind::kMalformed,
                       std::string("the list of certificates (PKCS#7) ") + what);
}

}  // namespace

Result<std::string> to_pkcs7(std::span<const Certificate> certificates) {
  if (certificates.empty() || certificates.size() > kMaxCertificates) {
    return Failure{FailureKind::kMalformed, "a list of certificates holds 1 to 16 of them"};
  }
  const OwnedPkcs7 envelope(PKCS7_new());
  bool made = envelope && PKCS7_set_type(envelope.get(), NID_pkcs7_signed) == 1 &&
              PKCS7_content_new(envelope.get(), NID_pkcs7_data) == 1;
  // Detached: the content is left out, not empty.
  if (made) PKCS7_set_detached(envelope.get(), 1);
  for (const Certificate& certificate : certificates) {
    made = made && PKCS7_add_certificate(envelope.get(), certificate.handle()) == 1;
  }
  if (!made) return openssl_failure(FailureKind::kIo, "cannot make a list of certificates");
  return to_base64_lines(der_of(i2d_PKCS7, envelope.get()));
}

Result<std::vector<Certificate>> from_pkcs7(std::string_view base64) {
  if (base64.size() > kMaxEnvelopeBytes) {
    return Failure{FailureKind::kTooLarge, "the list of certificates is larger than 64 KiB"};
  }
  const std::optional<std::string> der = from_base64(base64);
  if (!der || der->empty()) return no_pkcs7("is not base64");
  const unsigned char* at = as_unsigned(der->data());
  const unsigned char* const end = at + der->size();
  const OwnedPkcs7 envelope(d2i_PKCS7(nullptr, &at, static_cast<long>(der->size())));
  if (!envelope) return no_pkcs7("is not DER of PKCS#7");
  if (at != end) return no_pkcs7("has bytes behind its end");
  if (!PKCS7_type_is_signed(envelope.get()) || envelope->d.sign == nullptr) {
    return no_pkcs7("is of another type than SignedData");
  }
  const PKCS7_SIGNED& signed_data = *envelope->d.sign;
  if (sk_PKCS7_SIGNER_INFO_num(signed_data.signer_info) > 0) return no_pkcs7("has signers");
  if (signed_data.contents == nullptr || !PKCS7_type_is_data(signed_data.contents) ||
      (signed_data.contents->d.data != nullptr &&
       ASN1_STRING_length(signed_data.contents->d.data) > 0)) {
    return no_pkcs7("has content beside the certificates");
  }
  const int count = sk_X509_num(signed_data.cert);
  if (count <= 0) return no_pkcs7("is empty");
  if (static_cast<std::size_t>(count) > kMaxCertificates) {
    return no_pkcs7("holds more than 16 certificates");
  }
  std::vector<Certificate> result;
  for (int i = 0; i < count; ++i) {
    Result<Certificate> certificate = Certificate::from_handle(sk_X509_value(signed_data.cert, i));
    if (!certificate) return certificate.failure();
    result.push_back(*std::move(certificate));
  }
  return result;
}

}  // namespace muster::crypto
