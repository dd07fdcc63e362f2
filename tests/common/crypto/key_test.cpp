// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/key.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>

#include "common/support/digest.h"
#include "common/support/file.h"
#include "tests/common/crypto/support.h"

namespace muster::crypto {
using namespace muster::crypto_test;
using Catch::Contains;

TEST_CASE("a generated key is EC P-256 and survives PEM", "[tls]") {
  const auto key = PrivateKey::generate();
  REQUIRE(failure_of(key) == "");
  CHECK(is_p256_public_key(key->public_key_der()));
  CHECK(key->public_key_der().size() == 91);
  const auto again = PrivateKey::from_pem(key->to_pem());
  REQUIRE(failure_of(again) == "");
  CHECK(again->public_key_der() == key->public_key_der());
  CHECK(spki_sha256_hex(key->public_key_der()) == sha256_hex(key->public_key_der()));
  CHECK(PrivateKey::generate()->public_key_der() != key->public_key_der());
}

TEST_CASE("a key is saved for its owner alone and read back", "[tls]") {
  const Folder folder;
  const auto key = PrivateKey::generate();
  put(folder / "agent.key", "an older and longer content that must vanish wholly");
  ::chmod((folder / "agent.key").c_str(), 0644);
  put(folder / "agent.key.new", "left behind by a crash");
  REQUIRE(failure_of(key->save(folder / "agent.key")) == "");
  CHECK(mode_of(folder / "agent.key") == 0600);
  CHECK_FALSE(std::filesystem::exists(folder / "agent.key.new"));
  const auto loaded = PrivateKey::load(folder / "agent.key");
  REQUIRE(failure_of(loaded) == "");
  CHECK(loaded->public_key_der() == key->public_key_der());
  CHECK(openssl("pkey -noout -text -in " + (folder / "agent.key").string()).exit_code == 0);
}

TEST_CASE("a key file that others can reach is refused, and the message names its mode", "[tls]") {
  const Folder folder;
  const auto path = folder / "agent.key";
  REQUIRE(PrivateKey::generate()->save(path).ok());
  for (const unsigned mode : {0640U, 0644U, 0606U, 0601U, 0660U}) {
    ::chmod(path.c_str(), mode);
    const auto loaded = PrivateKey::load(path);
    REQUIRE_FALSE(loaded.ok());
    CHECK(loaded.failure().kind == FailureKind::kDenied);
    char text[8];
    std::snprintf(text, sizeof text, "%04o", mode);
    CHECK_THAT(loaded.failure().message, Contains(text) && Contains("chmod 600 " + path.string()));
  }
  ::chmod(path.c_str(), 0400);
  CHECK(PrivateKey::load(path).ok());
}

TEST_CASE("a key file that is missing, a folder, damaged or too large says so", "[tls]") {
  const Folder folder;
  CHECK(PrivateKey::load(folder / "none.key").failure().kind == FailureKind::kNotFound);
  REQUIRE(make_private_folder(folder / "sub").ok());
  CHECK(mode_of(folder / "sub") == 0700);
  CHECK(make_private_folder(folder / "sub").ok());
  CHECK(PrivateKey::load(folder / "sub").failure().kind == FailureKind::kDenied);
  put(folder / "broken.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  ::chmod((folder / "broken.key").c_str(), 0600);
  const auto broken = PrivateKey::load(folder / "broken.key");
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.failure().kind == FailureKind::kMalformed);
  CHECK_THAT(broken.failure().message, Contains("broken.key"));
  put(folder / "large.key", std::string(kMaxFileBytes + 1, 'x'));
  ::chmod((folder / "large.key").c_str(), 0600);
  CHECK(PrivateKey::load(folder / "large.key").failure().kind == FailureKind::kTooLarge);
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("keys of other kinds and encrypted keys are refused without asking the terminal",
          "[tls]") {
  const Folder folder;
  const std::string path = (folder / "other.pem").string();
  for (const char* const how :
       {"genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out ",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out ",
        "genpkey -algorithm ED25519 -out ",
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pass pass:secret -aes256 -out "}) {
    INFO(how);
    REQUIRE(openssl(how + path).exit_code == 0);
    const auto key = PrivateKey::from_pem(get(path));
    REQUIRE_FALSE(key.ok());
    CHECK(key.failure().kind == FailureKind::kMalformed);
    CHECK(ERR_peek_error() == 0);
  }
}

TEST_CASE("only the usual form of a P-256 public key counts as one", "[tls]") {
  const std::string spki = PrivateKey::generate()->public_key_der();
  CHECK(is_p256_public_key(spki));
  CHECK_FALSE(is_p256_public_key(""));
  CHECK_FALSE(is_p256_public_key(spki + '\0'));
  CHECK_FALSE(is_p256_public_key(spki.substr(0, 90)));
  std::string compressed = spki;
  compressed[26] = '\x02';
  CHECK_FALSE(is_p256_public_key(compressed));
}

TEST_CASE("a file that cannot be written leaves the old one as it was", "[tls]") {
  const Folder folder;
  put(folder / "kept", "old");
  // A folder in place of the new file makes the write fail, for root too.
  std::filesystem::create_directory(folder / "kept.new");
  put(folder / "kept.new" / "inside", "");
  const auto written = replace_file(folder / "kept", "new", FileMode::kPublic);
  REQUIRE_FALSE(written.ok());
  CHECK_THAT(written.failure().message, Contains("kept.new"));
  CHECK(get(folder / "kept") == "old");
  CHECK_FALSE(replace_file(folder / "no" / "such", "new", FileMode::kPublic).ok());
}

}  // namespace muster::crypto
