// SPDX-License-Identifier: Apache-2.0
// The envelope in which EST hands out certificates (RFC 7030 section 4.1.3): a PKCS#7 SignedData
// with certificates and nothing else ("certs-only"), DER in base64 without armour. Pure, any
// thread.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/certificate.h"
#include "common/support/result.h"

namespace muster::crypto {

constexpr std::size_t kMaxEnvelopeBytes = 64 * 1024;  // of base64

// At least one certificate; lines of 76 characters.
Result<std::string> to_pkcs7(std::span<const Certificate> certificates);

// Refuses signers, content, bytes behind the end, no certificate at all and more than
// kMaxCertificates.
Result<std::vector<Certificate>> from_pkcs7(std::string_view base64);

}  // namespace muster::crypto
