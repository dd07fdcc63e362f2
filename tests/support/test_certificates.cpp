// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_certificates.h"

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace muster::test {

TestCa::TestCa(const std::string& common_name) : key_(make_key()) {
  CertificateWish wish;
  wish.common_name = common_name;
  wish.is_ca = true;
  wish.serial = 1;
  wish.valid_from_days = -1000;
  wish.valid_to_days = 3650;
  certificate_ = make(wish, key_.get(), nullptr);
}

TestCa::TestCa(const std::string& certificate_pem, const std::string& key_pem) {
  const auto memory = [](const std::string& text) {
    return std::unique_ptr<BIO, Free>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  };
  certificate_.reset(PEM_read_bio_X509(memory(certificate_pem).get(), nullptr, nullptr, nullptr));
  key_.reset(PEM_read_bio_PrivateKey(memory(key_pem).get(), nullptr, nullptr, nullptr));
  if (!certificate_ || !key_) throw std::runtime_error("no certificate or no key in the PEM");
}

std::string TestCa::certificate_pem() const {
  return pem(certificate_.get());
}

IssuedCertificate TestCa::issue(const CertificateWish& wish) const {
  const auto key = make_key();
  const auto certificate = make(wish, key.get(), certificate_.get());
  return {pem(certificate.get()), pem(key.get())};
}

void TestCa::Free::operator()(EVP_PKEY* key) const {
  EVP_PKEY_free(key);
}
void TestCa::Free::operator()(X509* certificate) const {
  X509_free(certificate);
}
void TestCa::Free::operator()(BIO* memory) const {
  BIO_free(memory);
}

TestCa::Key TestCa::make_key() {
  return Key(EVP_EC_gen("P-256"));
}

std::string TestCa::text(BIO* memory) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string TestCa::pem(X509* certificate) {
  const std::unique_ptr<BIO, Free> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  return text(memory.get());
}

std::string TestCa::pem(EVP_PKEY* key) {
  const std::unique_ptr<BIO, Free> memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text(memory.get());
}

void TestCa::extend(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str());
  if (extension == nullptr) throw std::runtime_error("bad extension: " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

TestCa::Certificate TestCa::make(const CertificateWish& wish, EVP_PKEY* key, X509* issuer) const {
  constexpr long kDay = 24L * 60 * 60;
  Certificate made(X509_new());
  X509* const certificate = made.get();
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), wish.serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), wish.valid_from_days * kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate), wish.valid_to_days * kDay);
  X509_set_pubkey(certificate, key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(wish.common_name.c_str()), -1,
                             -1, 0);
  X509* const signer = issuer == nullptr ? certificate : issuer;
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  extend(certificate, signer, NID_basic_constraints,
         wish.is_ca ? "critical,CA:TRUE" : "critical,CA:FALSE");
  extend(certificate, signer, NID_key_usage,
         wish.is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
  if (!wish.extended_usage.empty()) {
    extend(certificate, signer, NID_ext_key_usage, wish.extended_usage);
  }
  if (!wish.alternative_names.empty()) {
    extend(certificate, signer, NID_subject_alt_name, wish.alternative_names);
  }
  if (X509_sign(certificate, key_.get(), EVP_sha256()) == 0) {
    throw std::runtime_error("cannot sign the test certificate");
  }
  return made;
}

}  // namespace muster::test
