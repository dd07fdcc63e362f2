// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/password.h"

#include <openssl/err.h>

#include <catch2/catch.hpp>

#include "tests/common/crypto/support.h"

namespace muster::crypto {
using namespace muster::crypto_test;

namespace {
constexpr ScryptCost kCheap = {4, 8, 1};
}

TEST_CASE("a password is recognised by its hash and no other is", "[tls][password]") {
  const auto hash = hash_password("correct horse", kCheap);
  REQUIRE(failure_of(hash) == "");
  CHECK(hash->starts_with("$scrypt$ln=4,r=8,p=1$"));
  CHECK(*verify_password("correct horse", *hash));
  for (const std::string& wrong :
       {std::string(), std::string("correct hors"), std::string("correct horse "),
        std::string("correct horse\0", 14), std::string("Correct horse")}) {
    CHECK_FALSE(*verify_password(wrong, *hash));
  }
  CHECK(*hash_password("correct horse", kCheap) != *hash);
  // HMAC alone would take the one with a NUL behind it for the same.
  CHECK(hash_password(std::string("x\0", 2), kCheap).failure().kind == FailureKind::kMalformed);
}

TEST_CASE("an empty and a very long password are passwords like others", "[tls][password]") {
  for (const std::string& password :
       {std::string(), std::string("\xff\n\xc4\x8d"), std::string(1024, 'x')}) {
    const std::string hash = *hash_password(password, kCheap);
    CHECK(*verify_password(password, hash));
    CHECK_FALSE(*verify_password(password + "x", hash));
  }
}

TEST_CASE("a password of more than 1024 bytes is not hashed at all", "[tls][password]") {
  CHECK(hash_password(std::string(1025, 'x'), kCheap).failure().kind == FailureKind::kTooLarge);
  const std::string hash = *hash_password("x", kCheap);
  CHECK_FALSE(*verify_password(std::string(1'000'000, 'x'), hash));
}

TEST_CASE("the default cost is 128 MiB, and its hash works", "[tls][password]") {
  const auto hash = hash_password("correct horse");
  REQUIRE(failure_of(hash) == "");
  CHECK(hash->starts_with("$scrypt$ln=17,r=8,p=1$"));
  CHECK(*verify_password("correct horse", *hash));
}

TEST_CASE("hashes follow RFC 7914: its third example", "[tls][password]") {
  // The first 32 of the example's 64 bytes: the last step is PBKDF2, whose first block does not
  // depend on the length.
  const std::string hash =
      "$scrypt$ln=14,r=8,p=1$U29kaXVtQ2hsb3JpZGU$"
      "cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI";
  CHECK(*verify_password("pleaseletmein", hash));
  CHECK_FALSE(*verify_password("pleaseletmeinn", hash));
}

TEST_CASE("a damaged or greedy hash is refused", "[tls][password]") {
  const std::string good = *hash_password("x", kCheap);
  const std::string tail = good.substr(good.find("$", 8));
  for (const std::string& bad :
       {std::string(), std::string("x"), good + "$", good.substr(1), good + "A", good + "=",
        "$scrypt$ln=4,r=8" + tail, "$scrypt$r=8,ln=4,p=1" + tail, "$scrypt$ln=0,r=8,p=1" + tail,
        "$scrypt$ln=-1,r=8,p=1" + tail, "$scrypt$ln=04,r=8,p=1" + tail,
        "$scrypt$ln=4,r=0,p=1" + tail, "$scrypt$ln=99,r=8,p=1" + tail,
        "$scrypt$ln=4,r=8,p=999" + tail, "$argon2id$ln=4,r=8,p=1" + tail}) {
    INFO(bad);
    const auto checked = verify_password("x", bad);
    REQUIRE_FALSE(checked.ok());
    CHECK(checked.failure().kind == FailureKind::kMalformed);
  }
  CHECK(verify_password("x", "$scrypt$ln=24,r=8,p=1" + tail).failure().kind ==
        FailureKind::kTooLarge);
  CHECK(hash_password("x", {24, 8, 1}).failure().kind == FailureKind::kTooLarge);
  CHECK(ERR_peek_error() == 0);
}

TEST_CASE("a hash of another cost asks to be made anew", "[tls][password]") {
  const std::string hash = *hash_password("x", kCheap);
  CHECK(needs_rehash(hash));
  CHECK_FALSE(needs_rehash(hash, kCheap));
  CHECK(needs_rehash("not a hash"));
}

}  // namespace muster::crypto
