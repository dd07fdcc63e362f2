// SPDX-License-Identifier: Apache-2.0
// Certificates for tests of TLS: a small CA that signs whatever it is told, right or wrong. Keys
// are EC P-256. Made straight with OpenSSL, so that a mistake in our own certificate code cannot
// hide itself.
#pragma once
#include <openssl/types.h>

#include <memory>
#include <string>

namespace muster::test {

struct CertificateWish {
  std::string common_name = "test";
  std::string
      alternative_names;  // as in openssl.cnf: "DNS:localhost,IP:127.0.0.1" or "URI:urn:uuid:..."
  std::string extended_usage;  // "clientAuth", "serverAuth" or empty: no such extension
  bool is_ca = false;
  int valid_from_days = -1;  // from now
  int valid_to_days = 30;
  long serial = 2;
};

struct IssuedCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

class TestCa {
 public:
  explicit TestCa(const std::string& common_name = "Test CA");

  // An authority that is there already: its certificate and key as PEM.
  TestCa(const std::string& certificate_pem, const std::string& key_pem);

  std::string certificate_pem() const;

  IssuedCertificate issue(const CertificateWish& wish) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const;
    void operator()(X509* certificate) const;
    void operator()(BIO* memory) const;
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;

  static Key make_key();

  static std::string text(BIO* memory);
  static std::string pem(X509* certificate);
  static std::string pem(EVP_PKEY* key);

  static void extend(X509* certificate, X509* issuer, int id, const std::string& value);

  // `issuer` nullptr: signed by itself.
  Certificate make(const CertificateWish& wish, EVP_PKEY* key, X509* issuer) const;

  Key key_;
  Certificate certificate_;
};

}  // namespace muster::test
