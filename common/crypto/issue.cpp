// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/issue.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <ctime>
#include <utility>

#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::crypto {
namespace {

using OwnedNumber = Owned<BIGNUM, BN_free>;
using OwnedGeneralName = Owned<GENERAL_NAME, GENERAL_NAME_free>;
using OwnedString = Owned<ASN1_STRING, ASN1_STRING_free>;

constexpr std::size_t kMaxCommonNameCharacters = 64;  // RFC 5280 appendix A.1, ub-common-name
constexpr std::size_t kMaxNames = 100;

struct Profile {
  std::string common_name;
  const char* basic_constraints;
  const char* key_usage;
  const char* extended_key_usage;  // nullptr: none
  Instant not_before;
  Instant not_after;
};

bool add_extension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const OwnedExtension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

// Names are put together as objects, not as OpenSSL's "DNS:a,DNS:b" text, where a comma in a name
// would be another name.
bool add_name(GENERAL_NAMES* names, int type, std::string_view bytes) {
  OwnedGeneralName name(GENERAL_NAME_new());
  OwnedString text(type == GEN_IPADD ? ASN1_OCTET_STRING_new() : ASN1_IA5STRING_new());
  if (!name || !text ||
      ASN1_STRING_set(text.get(), bytes.data(), static_cast<int>(bytes.size())) != 1) {
    return false;
  }
  GENERAL_NAME_set0_value(name.get(), type, text.release());
  if (sk_GENERAL_NAME_push(names, name.get()) == 0) return false;
  static_cast<void>(name.release());
  return true;
}

std::string ip_bytes(const std::string& text) {
  // inet_pton would stop at a NUL.
  if (text.find('\0') != std::string::npos) return {};
  std::array<char, 16> bytes = {};
  if (::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return {};
}

bool set_serial(X509* certificate) {
  std::string bytes = random_bytes(16);
  // Positive, and never short: RFC 5280 section 4.1.2.2.
  bytes[0] = static_cast<char>((bytes[0] & 0x7f) | 0x40);
  const OwnedNumber number(BN_bin2bn(as_unsigned(bytes.data()), 16, nullptr));
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_time(ASN1_TIME* field, Instant at) {
  return ASN1_TIME_set(field, static_cast<std::time_t>(at.ms / 1000)) != nullptr;
}

// `issuer` nullptr: self-signed.
Result<Certificate> sign(const Profile& profile, EVP_PKEY* subject_key, GENERAL_NAMES* names,
                         X509* issuer, EVP_PKEY* issuer_key) {
  const OwnedCertificate owned(X509_new());
  const OwnedName subject(X509_NAME_new());
  X509* const made = owned.get();
  if (!owned || !subject || X509_set_version(made, X509_VERSION_3) != 1 || !set_serial(made) ||
      !set_time(X509_getm_notBefore(made), profile.not_before) ||
      !set_time(X509_getm_notAfter(made), profile.not_after) ||
      X509_NAME_add_entry_by_NID(subject.get(), NID_commonName, MBSTRING_UTF8,
                                 as_unsigned(profile.common_name.c_str()),
                                 static_cast<int>(profile.common_name.size()), -1, 0) != 1 ||
      X509_set_subject_name(made, subject.get()) != 1 ||
      X509_set_issuer_name(
          made, issuer == nullptr ? subject.get() : X509_get_subject_name(issuer)) != 1 ||
      X509_set_pubkey(made, subject_key) != 1) {
    return openssl_failure(FailureKind::kIo, "cannot make a certificate");
  }
  X509* const above = issuer == nullptr ? made : issuer;
  const bool extended =
      add_extension(made, above, NID_basic_constraints, profile.basic_constraints) &&
      add_extension(made, above, NID_key_usage, profile.key_usage) &&
      (profile.extended_key_usage == nullptr ||
       add_extension(made, above, NID_ext_key_usage, profile.extended_key_usage)) &&
      (names == nullptr || X509_add1_ext_i2d(made, NID_subject_alt_name, names, 0, 0) == 1) &&
      add_extension(made, above, NID_subject_key_identifier, "hash") &&
      (issuer == nullptr ||
       add_extension(made, above, NID_authority_key_identifier, "keyid:always"));
  if (!extended || X509_sign(made, issuer_key, EVP_sha256()) <= 0) {
    return openssl_failure(FailureKind::kIo, "cannot sign a certificate");
  }
  return Certificate::from_handle(made);
}

Result<Certificate> sign_leaf(const Authority& authority, std::string_view spki_der,
                              Profile profile, GENERAL_NAMES* names, Instant now,
                              std::int64_t lifetime_ms) {
  if (!is_p256_public_key(spki_der)) {
    return plain_failure(FailureKind::kMalformed, "certificates are made for EC P-256 keys only");
  }
  const unsigned char* at = as_unsigned(spki_der.data());
  const OwnedKey key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki_der.size())));
  if (!key) return openssl_failure(FailureKind::kMalformed, "the public key cannot be read");
  const CertificateFields& above = authority.certificate.fields();
  if (now < above.not_before || now > above.not_after) {
    return plain_failure(FailureKind::kRefused, "the authority's certificate is valid from " +
                                                    to_rfc3339(above.not_before) + " to " +
                                                    to_rfc3339(above.not_after) +
                                                    " and the clock says " + to_rfc3339(now) +
                                                    ": correct the clock, or renew the authority");
  }
  profile.not_before = std::max(now - kBackdatedMs, above.not_before);
  profile.not_after = std::min(now + lifetime_ms, above.not_after);
  return sign(profile, key.get(), names, authority.certificate.handle(), authority.key.handle());
}

}  // namespace

bool is_ip_address(std::string_view text) {
  return !ip_bytes(std::string(text)).empty();
}

bool is_dns_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  for (const std::string_view label : split(text, '.')) {
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') {
      return false;
    }
    const bool plain = std::all_of(label.begin(), label.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    });
    if (!plain) return false;
  }
  return true;
}

std::optional<std::string> canonical_name(std::string_view text) {
  const std::string ip = ip_bytes(std::string(text));
  if (ip.empty()) {
    return is_dns_name(text) ? std::optional(lower_ascii(text)) : std::nullopt;
  }
  char shortest[INET6_ADDRSTRLEN];
  const int family = ip.size() == 4 ? AF_INET : AF_INET6;
  if (::inet_ntop(family, ip.data(), shortest, sizeof shortest) == nullptr) return std::nullopt;
  return shortest;
}

Result<Authority> issue_authority(PrivateKey key, Instant now, std::int64_t lifetime_ms) {
  // Each authority has a name of its own, so that old and new are told apart in any listing and by
  // any verifier.
  const std::string name = "Muster CA " + spki_sha256_hex(key.public_key_der()).substr(0, 12);
  const Profile profile = {name,    "critical,CA:TRUE,pathlen:0", "critical,keyCertSign,cRLSign",
                           nullptr, now - kBackdatedMs,           now + lifetime_ms};
  Result<Certificate> certificate = sign(profile, key.handle(), nullptr, nullptr, key.handle());
  if (!certificate) return certificate.failure();
  return Authority{*std::move(certificate), std::move(key)};
}

Result<Certificate> issue_server(const Authority& authority, std::string_view spki_der,
                                 const std::vector<std::string>& names, Instant now,
                                 std::int64_t lifetime_ms) {
  if (names.empty() || names.size() > kMaxNames) {
    return Failure{FailureKind::kMalformed,
                   "a server needs 1 to 100 public names (DNS names or IP addresses)"};
  }
  const OwnedGeneralNames alternative(GENERAL_NAMES_new());
  if (!alternative) return openssl_failure(FailureKind::kIo, "cannot make a list of names");
  for (const std::string& name : names) {
    const std::string ip = ip_bytes(name);
    if (ip.empty() && !is_dns_name(name)) {
      return Failure{FailureKind::kMalformed,
                     "\"" + printable(name) + "\" is neither a DNS name nor an IP address"};
    }
    const bool added = ip.empty() ? add_name(alternative.get(), GEN_DNS, lower_ascii(name))
                                  : add_name(alternative.get(), GEN_IPADD, ip);
    if (!added) return openssl_failure(FailureKind::kIo, "cannot make a list of names");
  }
  const std::string& first = names.front();
  const Profile profile = {first.size() <= kMaxCommonNameCharacters ? first : "Muster server",
                           "critical,CA:FALSE",
                           "critical,digitalSignature",
                           "serverAuth",
                           {},
                           {}};
  return sign_leaf(authority, spki_der, profile, alternative.get(), now, lifetime_ms);
}

Result<Certificate> issue_agent(const Authority& authority, std::string_view spki_der,
                                const std::string& agent_id, Instant now,
                                std::int64_t lifetime_ms) {
  if (!is_uuid(agent_id)) {
    return Failure{FailureKind::kMalformed, "an agent's id is a UUID in lower case"};
  }
  const OwnedGeneralNames alternative(GENERAL_NAMES_new());
  if (!alternative || !add_name(alternative.get(), GEN_URI, "urn:uuid:" + agent_id)) {
    return openssl_failure(FailureKind::kIo, "cannot make a list of names");
  }
  const Profile profile = {
      agent_id, "critical,CA:FALSE", "critical,digitalSignature", "clientAuth", {}, {}};
  return sign_leaf(authority, spki_der, profile, alternative.get(), now, lifetime_ms);
}

}  // namespace muster::crypto
