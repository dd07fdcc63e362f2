// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/request.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>

#include "common/support/text.h"
#include "tests/common/crypto/support.h"

namespace muster::crypto {
using namespace muster::crypto_test;
using Catch::Contains;

namespace {

std::string own_request() {
  return *make_request(*PrivateKey::generate(), kAgentId);
}

std::string by_openssl(const Folder& folder, const std::string& key_options,
                       const std::string& more = "") {
  const std::string out = (folder / "request.der").string();
  const Ran ran =
      openssl("req -new -nodes " + key_options + " -keyout " + (folder / "request.key").string() +
              " -subj /CN=x -outform DER -out " + out + " " + more);
  if (ran.exit_code != 0) throw std::runtime_error(ran.output);
  return get(out);
}

void check_refused(const std::string& base64, const std::string& because) {
  const auto checked = check_request(base64);
  REQUIRE_FALSE(checked.ok());
  CHECK(checked.failure().kind == FailureKind::kMalformed);
  CHECK_THAT(checked.failure().message, Contains(because));
  CHECK(ERR_peek_error() == 0);
}

}  // namespace

TEST_CASE("a request made here is accepted, and its key comes out", "[tls]") {
  const auto key = PrivateKey::generate();
  const auto der = make_request(*key, kAgentId);
  REQUIRE(failure_of(der) == "");
  const auto checked = check_request(to_base64_lines(*der));
  REQUIRE(failure_of(checked) == "");
  CHECK(checked->spki_der == key->public_key_der());
}

TEST_CASE("the openssl program accepts a request made here", "[tls]") {
  const Folder folder;
  put(folder / "own.der", own_request());
  const Ran ran =
      openssl("req -inform DER -verify -noout -text -in " + (folder / "own.der").string());
  CHECK(ran.exit_code == 0);
  CHECK_THAT(ran.output, Contains(kAgentId) && Contains("prime256v1"));
}

TEST_CASE("a request by the openssl program is accepted", "[tls]") {
  const Folder folder;
  const std::string der = by_openssl(folder, "-newkey ec -pkeyopt ec_paramgen_curve:P-256");
  CHECK(failure_of(check_request(to_base64(der))) == "");
}

TEST_CASE("white space may stand anywhere in a request's base64, other characters nowhere",
          "[tls]") {
  const std::string text = to_base64(own_request());
  std::string spaced = "\r\n ";
  for (const char c : text)
    spaced += std::string(1, c) + "\t\r\n";
  CHECK(failure_of(check_request(spaced)) == "");
  check_refused("", "base64");
  check_refused(" \n", "base64");
  check_refused("!" + text.substr(1), "base64");
  check_refused(text.substr(0, text.size() - 1), "base64");
  check_refused("-----BEGIN CERTIFICATE REQUEST-----\n" + text, "base64");
  check_refused(text + std::string(4, '\0'), "base64");
}

TEST_CASE("a request larger than 16 KiB is refused before it is decoded", "[tls]") {
  const auto checked = check_request(to_base64(own_request()) + std::string(17 * 1024, '\n'));
  REQUIRE_FALSE(checked.ok());
  CHECK(checked.failure().kind == FailureKind::kTooLarge);
}

TEST_CASE("a request must be DER, whole and alone", "[tls]") {
  const std::string der = own_request();
  check_refused(to_base64(der + "x"), "behind its end");
  check_refused(to_base64(der + der), "behind its end");
  check_refused(to_base64("hello"), "not DER");
  for (std::size_t size = 1; size < der.size(); size += 7) {
    check_refused(to_base64(der.substr(0, size)), "certificate request");
  }
}

TEST_CASE("no change of one byte in a request is accepted", "[tls]") {
  const auto key = PrivateKey::generate();
  const std::string der = *make_request(*key, kAgentId);
  for (std::size_t i = 0; i < der.size(); ++i) {
    std::string changed = der;
    changed[i] = static_cast<char>(changed[i] ^ 0x01);
    INFO("byte " << i);
    CHECK_FALSE(check_request(to_base64(changed)).ok());
  }
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("keys of other kinds are refused in a request", "[tls]") {
  const Folder folder;
  for (const char* const kind :
       {"-newkey rsa:1024", "-newkey rsa:2048", "-newkey ec -pkeyopt ec_paramgen_curve:P-384",
        "-newkey ec -pkeyopt ec_paramgen_curve:secp256k1", "-newkey ed25519",
        "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit"}) {
    INFO(kind);
    check_refused(to_base64(by_openssl(folder, kind)), "another kind than EC P-256");
  }
}

TEST_CASE("a request signed by another key or with SHA-1 is refused", "[tls]") {
  const Folder folder;
  check_refused(
      to_base64(by_openssl(folder, "-newkey ec -pkeyopt ec_paramgen_curve:P-256", "-sha1")),
      "not signed by ECDSA with SHA-256");
  // The key of one request under the signature of another.
  const std::string one = *make_request(*PrivateKey::generate(), "a");
  const auto other_key = PrivateKey::generate();
  const std::string spki = check_request(to_base64(one))->spki_der;
  std::string swapped = one;
  swapped.replace(swapped.find(spki), spki.size(), other_key->public_key_der());
  check_refused(to_base64(swapped), "not signed by the private half");
}

TEST_CASE("base64 for a body comes in lines of 76", "[tls]") {
  CHECK(to_base64_lines("") == "");
  CHECK(to_base64_lines("a") == "YQ==\n");
  const std::string text = to_base64_lines(std::string(58, 'a'));
  CHECK(text.find('\n') == 76);
  CHECK(text.size() == 80 + 2);
}

}  // namespace muster::crypto
