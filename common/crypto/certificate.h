// SPDX-License-Identifier: Apache-2.0
// X.509 certificates (RFC 5280) as read: a cheap, immutable handle with the fields that Muster
// looks at. Names are exact bytes; one with a NUL in it (the old trick against C programs) makes
// the whole certificate refused. Any thread.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/crypto/openssl.h"
#include "common/support/clock.h"
#include "common/support/result.h"

namespace muster::crypto {

struct CertificateFields {
  std::string serial_hex;  // lower case, two digits a byte, without leading zero bytes
  std::optional<std::string> common_name;  // of the subject, UTF-8
  std::vector<std::string> uri_names;      // subject alternative names
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_names;  // as text: "192.0.2.1", "2001:db8::1"
  Instant not_before;                 // whole seconds
  Instant not_after;                  // OpenSSL counts it as expired from this second on
  std::string spki_sha256_hex;
  bool is_authority = false;  // basicConstraints CA:TRUE
};

class Certificate {
 public:
  static Result<Certificate> from_der(std::string_view der);  // exactly one, nothing behind it
  static Result<Certificate> from_pem(std::string_view pem);  // the first one in the text
  // Takes a share of an object of OpenSSL's, e.g. the peer's certificate of a connection.
  static Result<Certificate> from_handle(X509* certificate);

  const CertificateFields& fields() const { return *fields_; }
  std::string to_der() const;
  std::string to_pem() const;
  X509* handle() const { return certificate_.get(); }

 private:
  Certificate() = default;
  static Result<Certificate> adopt(std::shared_ptr<X509> certificate);
  std::shared_ptr<X509> certificate_;
  std::shared_ptr<const CertificateFields> fields_;
};

constexpr std::size_t kMaxCertificates = 16;  // in one file, chain or message

// All certificates of a PEM text in their order; other blocks (keys) are skipped. At least one.
Result<std::vector<Certificate>> certificates_from_pem(std::string_view pem);

// The agent's id from SAN "urn:uuid:<id>"; nullopt unless there is exactly one such name and it is
// a UUID.
std::optional<std::string> agent_id_of(const Certificate& certificate);
std::optional<std::string> agent_id_of(const std::vector<std::string>& uri_names);

}  // namespace muster::crypto
