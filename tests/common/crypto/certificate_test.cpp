// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/certificate.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>
#include <set>

#include "common/crypto/issue.h"
#include "common/crypto/pkcs7.h"
#include "common/support/text.h"
#include "tests/common/crypto/support.h"

namespace muster::crypto {
using namespace muster::crypto_test;
using Catch::Contains;

namespace {

Authority new_authority() {
  return *issue_authority(*PrivateKey::generate(), kNow);
}

std::string new_spki() {
  return PrivateKey::generate()->public_key_der();
}

std::string text_of(const Folder& folder, const Certificate& certificate) {
  put(folder / "shown.pem", certificate.to_pem());
  return openssl("x509 -noout -text -in " + (folder / "shown.pem").string()).output;
}

}  // namespace

TEST_CASE("the authority signs itself for ten years and may sign leaves only", "[tls]") {
  const Folder folder;
  const Authority authority = new_authority();
  const CertificateFields& fields = authority.certificate.fields();
  CHECK(fields.is_authority);
  CHECK(fields.not_before == kNow - kBackdatedMs);
  CHECK(fields.not_after == kNow + kAuthorityLifetimeMs);
  CHECK(fields.spki_sha256_hex == spki_sha256_hex(authority.key.public_key_der()));
  const std::string text = text_of(folder, authority.certificate);
  CHECK_THAT(text, Contains("CA:TRUE, pathlen:0") && Contains("Certificate Sign, CRL Sign"));
  CHECK_THAT(text, !Contains("Extended Key Usage"));
}

TEST_CASE("an agent's certificate holds what the server says and nothing else", "[tls]") {
  const Folder folder;
  const Authority authority = new_authority();
  const std::string spki = new_spki();
  const auto certificate = issue_agent(authority, spki, kAgentId, kNow);
  REQUIRE(failure_of(certificate) == "");
  const CertificateFields& fields = certificate->fields();
  CHECK(fields.common_name == kAgentId);
  CHECK(fields.uri_names == std::vector<std::string>{std::string("urn:uuid:") + kAgentId});
  CHECK(fields.dns_names.empty());
  CHECK(fields.ip_names.empty());
  CHECK_FALSE(fields.is_authority);
  CHECK(fields.not_before == kNow - kBackdatedMs);
  CHECK(fields.not_after == kNow + 90 * kDayMs);
  CHECK(fields.spki_sha256_hex == spki_sha256_hex(spki));
  CHECK(fields.serial_hex.size() == 32);
  CHECK(agent_id_of(*certificate) == kAgentId);
  const std::string text = text_of(folder, *certificate);
  CHECK_THAT(text, Contains("CA:FALSE") && Contains("TLS Web Client Authentication") &&
                       Contains("Digital Signature"));
  CHECK_THAT(text, !Contains("TLS Web Server Authentication"));
  put(folder / "ca.pem", authority.certificate.to_pem());
  const std::string files = " -attime 1795420800 -CAfile " + (folder / "ca.pem").string() + " " +
                            (folder / "shown.pem").string();
  CHECK(openssl("verify -x509_strict -purpose sslclient" + files).exit_code == 0);
  CHECK(openssl("verify -x509_strict -purpose sslserver" + files).exit_code != 0);
}

TEST_CASE("serial numbers are long, positive and never the same", "[tls]") {
  const Authority authority = new_authority();
  const std::string spki = new_spki();
  std::set<std::string> seen;
  for (int i = 0; i < 50; ++i) {
    const std::string serial = issue_agent(authority, spki, kAgentId, kNow)->fields().serial_hex;
    CHECK(serial.size() == 32);
    CHECK((serial[0] >= '4' && serial[0] <= '7'));
    seen.insert(serial);
  }
  CHECK(seen.size() == 50);
}

TEST_CASE("an agent's certificate is made for a UUID and a P-256 key only", "[tls]") {
  const Authority authority = new_authority();
  for (const char* const id : {"", "root", "11111111-2222-4333-8444-55555555555",
                               "11111111-2222-4333-8444-555555555555,URI:urn:uuid:x"}) {
    CHECK_FALSE(issue_agent(authority, new_spki(), id, kNow).ok());
  }
  CHECK_FALSE(issue_agent(authority, "", kAgentId, kNow).ok());
  // The right form, but no point of the curve.
  std::string no_point = new_spki();
  no_point.replace(27, 64, std::string(64, '\x01'));
  CHECK_FALSE(issue_agent(authority, no_point, kAgentId, kNow).ok());
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a leaf never outlives its authority, and none is made outside of its time", "[tls]") {
  const Authority authority = new_authority();
  const Instant late = kNow + kAuthorityLifetimeMs - 10 * kDayMs;
  CHECK(issue_agent(authority, new_spki(), kAgentId, late)->fields().not_after ==
        authority.certificate.fields().not_after);
  const auto after =
      issue_agent(authority, new_spki(), kAgentId, kNow + kAuthorityLifetimeMs + 1000);
  REQUIRE_FALSE(after.ok());
  CHECK_THAT(after.failure().message, Contains("clock"));
  CHECK_FALSE(issue_agent(authority, new_spki(), kAgentId, kNow - kDayMs).ok());
}

TEST_CASE("a server's certificate is for its DNS names and addresses", "[tls]") {
  const Folder folder;
  const Authority authority = new_authority();
  const auto certificate = issue_server(
      authority, new_spki(), {"CMDB.example.org", "192.0.2.7", "2001:db8::1", "cmdb"}, kNow);
  REQUIRE(failure_of(certificate) == "");
  CHECK(certificate->fields().dns_names == std::vector<std::string>{"cmdb.example.org", "cmdb"});
  CHECK(certificate->fields().ip_names == std::vector<std::string>{"192.0.2.7", "2001:db8::1"});
  CHECK(certificate->fields().not_after == kNow + 397 * kDayMs);
  CHECK_FALSE(agent_id_of(*certificate).has_value());
  static_cast<void>(text_of(folder, *certificate));
  put(folder / "ca.pem", authority.certificate.to_pem());
  const std::string files = " -attime 1795420800 -CAfile " + (folder / "ca.pem").string() + " " +
                            (folder / "shown.pem").string();
  CHECK(openssl("verify -x509_strict -purpose sslserver -verify_hostname cmdb.example.org" + files)
            .exit_code == 0);
  CHECK(openssl("verify -purpose sslserver -verify_ip 2001:db8::1" + files).exit_code == 0);
  CHECK(openssl("verify -purpose sslserver -verify_hostname www.example.org" + files).exit_code !=
        0);
  CHECK(openssl("verify -purpose sslclient" + files).exit_code != 0);
}

TEST_CASE("names that are not names of a server are refused", "[tls]") {
  const Authority authority = new_authority();
  for (const std::string& name :
       {std::string(), std::string("a,DNS:b"), std::string("*.example.org"), std::string("a b"),
        std::string("a..b"), std::string("a."), std::string("-a"), std::string("a_b"),
        std::string("a\0b", 3), std::string(64, 'a'), std::string("https://a"),
        std::string("[::1]"), std::string("c\xc4\x8d.si")}) {
    INFO(printable(name));
    CHECK_FALSE(issue_server(authority, new_spki(), {"good", name}, kNow).ok());
  }
  CHECK_FALSE(issue_server(authority, new_spki(), {}, kNow).ok());
}

TEST_CASE("a certificate survives DER and PEM, and nothing may stand behind its DER", "[tls]") {
  const Authority authority = new_authority();
  const std::string der = authority.certificate.to_der();
  CHECK(Certificate::from_der(der)->to_der() == der);
  CHECK(Certificate::from_pem(authority.certificate.to_pem())->to_der() == der);
  CHECK_FALSE(Certificate::from_der(der + "x").ok());
  CHECK_FALSE(Certificate::from_der("").ok());
  CHECK_FALSE(Certificate::from_pem("").ok());
  CHECK_FALSE(Certificate::from_pem("-----BEGIN CERTIFICATE-----\n!\n").ok());
  for (std::size_t size = 0; size < der.size(); size += 11) {
    CHECK_FALSE(Certificate::from_der(der.substr(0, size)).ok());
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a chain in PEM is read in order, keys beside it are skipped, damage is not", "[tls]") {
  const Authority one = new_authority();
  const Authority two = new_authority();
  const auto chain = certificates_from_pem(one.key.to_pem() + two.certificate.to_pem() +
                                           "# text\n" + one.certificate.to_pem());
  REQUIRE(failure_of(chain) == "");
  REQUIRE(chain->size() == 2);
  CHECK((*chain)[0].to_der() == two.certificate.to_der());
  CHECK((*chain)[1].to_der() == one.certificate.to_der());
  std::string damaged = one.certificate.to_pem() + two.certificate.to_pem();
  damaged.resize(damaged.size() - 60);
  CHECK_FALSE(certificates_from_pem(damaged).ok());
  std::string many;
  for (std::size_t i = 0; i <= kMaxCertificates; ++i)
    many += one.certificate.to_pem();
  CHECK(certificates_from_pem(many).failure().kind == FailureKind::kTooLarge);
}

TEST_CASE("a NUL inside a name makes the whole certificate refused", "[tls]") {
  const Authority authority = new_authority();
  const auto good = issue_server(authority, new_spki(), {"good.example.org.evil.net"}, kNow);
  const std::string der = good->to_der();
  std::string in_names = der;
  // The last occurrence is the alternative name, the first the common name.
  in_names[in_names.rfind("org.evil") + 3] = '\0';
  CHECK_THAT(failure_of(Certificate::from_der(in_names)), Contains("NUL"));
  std::string in_subject = der;
  in_subject[in_subject.find("org.evil") + 3] = '\0';
  CHECK_THAT(failure_of(Certificate::from_der(in_subject)), Contains("NUL"));
}

TEST_CASE("an agent's id is read only where exactly one UUID is named", "[tls]") {
  const Folder folder;
  const std::string out = (folder / "c.pem").string();
  const auto with_names = [&](const std::string& names) {
    const Ran ran =
        openssl("req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout " +
                (folder / "c.key").string() + " -subj /CN=x -out " + out +
                " -addext subjectAltName=" + names);
    if (ran.exit_code != 0) throw std::runtime_error(ran.output);
    return agent_id_of(*Certificate::from_pem(get(out)));
  };
  const std::string good = std::string("URI:urn:uuid:") + kAgentId;
  CHECK(with_names(good) == kAgentId);
  CHECK(with_names(good + ",DNS:x,URI:https://a") == kAgentId);
  CHECK_FALSE(with_names(good + "," + good).has_value());
  CHECK_FALSE(with_names(good + "a").has_value());
  CHECK_FALSE(with_names("URI:urn:uuid:").has_value());
  CHECK_FALSE(with_names("URI:https://a").has_value());
}

TEST_CASE("certificates survive the envelope of EST, and the openssl program reads it", "[tls]") {
  const Folder folder;
  const Authority authority = new_authority();
  const std::vector<Certificate> sent = {*issue_agent(authority, new_spki(), kAgentId, kNow),
                                         authority.certificate};
  const auto text = to_pkcs7(sent);
  REQUIRE(failure_of(text) == "");
  const auto back = from_pkcs7(*text);
  REQUIRE(failure_of(back) == "");
  REQUIRE(back->size() == 2);
  std::set<std::string> expected;
  std::set<std::string> found;
  for (std::size_t i = 0; i < 2; ++i) {
    expected.insert(sent[i].to_der());
    found.insert((*back)[i].to_der());
  }
  CHECK(found == expected);
  put(folder / "answer.der", *from_base64(*text));
  const Ran ran = openssl("pkcs7 -inform DER -print_certs -in " + (folder / "answer.der").string());
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.output, Contains(kAgentId) && Contains("Muster CA"));
}

TEST_CASE("the envelope is read strictly", "[tls]") {
  const Folder folder;
  const Authority authority = new_authority();
  const std::string der = *from_base64(*to_pkcs7({&authority.certificate, 1}));
  CHECK_FALSE(to_pkcs7({}).ok());
  CHECK_FALSE(from_pkcs7("").ok());
  CHECK_FALSE(from_pkcs7("@@@@").ok());
  CHECK_FALSE(from_pkcs7(to_base64(der + "x")).ok());
  CHECK_FALSE(from_pkcs7(to_base64(authority.certificate.to_der())).ok());
  CHECK(from_pkcs7(std::string(kMaxEnvelopeBytes + 1, '\n')).failure().kind ==
        FailureKind::kTooLarge);
  for (std::size_t size = 1; size < der.size(); size += 5) {
    CHECK_FALSE(from_pkcs7(to_base64(der.substr(0, size))).ok());
  }
  put(folder / "a.pem", authority.certificate.to_pem());
  put(folder / "a.key", authority.key.to_pem());
  put(folder / "text", "signed text");
  const std::string out = (folder / "signed.der").string();
  REQUIRE(openssl("smime -sign -nodetach -outform DER -in " + (folder / "text").string() +
                  " -signer " + (folder / "a.pem").string() + " -inkey " +
                  (folder / "a.key").string() + " -out " + out)
              .exit_code == 0);
  CHECK_THAT(failure_of(from_pkcs7(to_base64(get(out)))), Contains("signers"));
  CHECK(ERR_peek_error() == 0);
}

}  // namespace muster::crypto
