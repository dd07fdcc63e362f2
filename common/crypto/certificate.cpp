// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/certificate.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <ctime>
#include <utility>

#include "common/crypto/key.h"
#include "common/support/text.h"

namespace muster::crypto {
namespace {

constexpr std::string_view kUuidUrn = "urn:uuid:";
constexpr std::size_t kMaxCertificateBytes = 64 * 1024;

Failure no_certificate(const char* what) {
  return plain_failure(FailureKind::kMalformed, std::string("the certificate ") + what);
}

std::string bytes_of(const ASN1_STRING* text) {
  const void* const bytes = ASN1_STRING_get0_data(text);
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::optional<Instant> instant_of(const ASN1_TIME* time) {
  std::tm parts = {};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  return Instant{static_cast<std::int64_t>(::timegm(&parts)) * 1000};
}

std::string serial_hex_of(const X509* certificate) {
  std::string bytes = bytes_of(X509_get0_serialNumber(certificate));
  const std::size_t first = bytes.find_first_not_of('\0');
  return first == std::string::npos ? "00" : to_hex(std::string_view(bytes).substr(first));
}

std::optional<std::string> ip_text(const std::string& bytes) {
  char text[INET6_ADDRSTRLEN];
  const int family = bytes.size() == 4 ? AF_INET : bytes.size() == 16 ? AF_INET6 : AF_UNSPEC;
  if (family == AF_UNSPEC) return std::nullopt;
  if (::inet_ntop(family, bytes.data(), text, sizeof text) == nullptr) return std::nullopt;
  return text;
}

// nullopt: fine; otherwise what is wrong with it.
std::optional<const char*> read_common_name(X509* certificate, CertificateFields& fields) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  const int index = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (index < 0) return std::nullopt;
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, index)));
  if (size < 0) return "has a common name that is not text";
  std::string name(static_cast<const char*>(static_cast<const void*>(text)),
                   static_cast<std::size_t>(size));
  OPENSSL_free(text);
  if (name.find('\0') != std::string::npos) return "has a common name with a NUL in it";
  fields.common_name = std::move(name);
  return std::nullopt;
}

std::optional<const char*> read_alternative_names(X509* certificate, CertificateFields& fields) {
  int critical = 0;
  const OwnedGeneralNames names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, &critical, nullptr)));
  if (!names) {
    if (critical == -1) return std::nullopt;
    return "has alternative names that cannot be read";
  }
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    int type = 0;
    const void* const value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names.get(), i), &type);
    if (type != GEN_URI && type != GEN_DNS && type != GEN_IPADD) continue;
    std::string bytes = bytes_of(static_cast<const ASN1_STRING*>(value));
    if (type == GEN_IPADD) {
      std::optional<std::string> text = ip_text(bytes);
      if (!text) return "has an IP address that is neither 4 nor 16 bytes long";
      fields.ip_names.push_back(*std::move(text));
      continue;
    }
    if (bytes.find('\0') != std::string::npos) return "has an alternative name with a NUL in it";
    (type == GEN_URI ? fields.uri_names : fields.dns_names).push_back(std::move(bytes));
  }
  return std::nullopt;
}

}  // namespace

Result<Certificate> Certificate::adopt(std::shared_ptr<X509> certificate) {
  CertificateFields fields;
  fields.serial_hex = serial_hex_of(certificate.get());
  const auto not_before = instant_of(X509_get0_notBefore(certificate.get()));
  const auto not_after = instant_of(X509_get0_notAfter(certificate.get()));
  if (!not_before || !not_after) return no_certificate("has times that cannot be read");
  fields.not_before = *not_before;
  fields.not_after = *not_after;
  const std::string spki = der_of(i2d_X509_PUBKEY, X509_get_X509_PUBKEY(certificate.get()));
  if (spki.empty()) return no_certificate("has no public key");
  fields.spki_sha256_hex = spki_sha256_hex(spki);
  if (const auto wrong = read_common_name(certificate.get(), fields)) return no_certificate(*wrong);
  if (const auto wrong = read_alternative_names(certificate.get(), fields))
    return no_certificate(*wrong);
  // Reads and caches the extensions; what is invalid in one is remembered as a flag.
  const std::uint32_t flags = X509_get_extension_flags(certificate.get());
  if ((flags & EXFLAG_INVALID) != 0) return no_certificate("has an extension that cannot be read");
  fields.is_authority = (flags & EXFLAG_CA) != 0;
  Certificate result;
  result.certificate_ = std::move(certificate);
  result.fields_ = std::make_shared<const CertificateFields>(std::move(fields));
  return result;
}

Result<Certificate> Certificate::from_der(std::string_view der) {
  if (der.size() > kMaxCertificateBytes) return no_certificate("is larger than 64 KiB");
  const unsigned char* at = as_unsigned(der.data());
  const unsigned char* const end = at + der.size();
  OwnedCertificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!certificate) return no_certificate("is not DER of X.509");
  if (at != end) return no_certificate("has bytes behind its end");
  return adopt(std::move(certificate));
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  Result<std::vector<Certificate>> all = certificates_from_pem(pem);
  if (!all) return all.failure();
  return all->front();
}

Result<Certificate> Certificate::from_handle(X509* certificate) {
  if (certificate == nullptr || X509_up_ref(certificate) != 1)
    return no_certificate("is not there");
  return adopt(OwnedCertificate(certificate));
}

std::string Certificate::to_der() const {
  return der_of(i2d_X509, certificate_.get());
}

std::string Certificate::to_pem() const {
  const OwnedBio bio = memory_bio();
  if (PEM_write_bio_X509(bio.get(), certificate_.get()) != 1) throw std::bad_alloc();
  return written_to(bio.get());
}

Result<std::vector<Certificate>> certificates_from_pem(std::string_view pem) {
  const OwnedBio bio = memory_bio(pem);
  std::vector<Certificate> result;
  for (;;) {
    const OwnedCertificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!next) break;
    if (result.size() == kMaxCertificates) {
      return plain_failure(FailureKind::kTooLarge, "more than 16 certificates in one place");
    }
    Result<Certificate> certificate = Certificate::from_handle(next.get());
    if (!certificate) return certificate.failure();
    result.push_back(*std::move(certificate));
  }
  // The loop ends well only where no further block begins.
  const unsigned long error = ERR_peek_last_error();
  if (result.empty() || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    return openssl_failure(FailureKind::kMalformed, "no readable certificate in PEM");
  }
  ERR_clear_error();
  return result;
}

std::optional<std::string> agent_id_of(const Certificate& certificate) {
  return agent_id_of(certificate.fields().uri_names);
}

std::optional<std::string> agent_id_of(const std::vector<std::string>& uri_names) {
  std::optional<std::string> id;
  for (const std::string& name : uri_names) {
    if (!name.starts_with(kUuidUrn)) continue;
    if (id) return std::nullopt;
    id = name.substr(kUuidUrn.size());
  }
  if (!id || !is_uuid(*id)) return std::nullopt;
  return id;
}

}  // namespace muster::crypto
