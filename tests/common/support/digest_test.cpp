// SPDX-License-Identifier: Apache-2.0
#include "common/support/digest.h"

#include <catch2/catch.hpp>
#include <set>
#include <thread>
#include <utility>

#include "common/support/text.h"

namespace muster {

TEST_CASE("SHA-256 gives the examples of FIPS 180-4", "[digest]") {
  CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(sha256(std::string_view("a\0b", 3)) != sha256("a"));
  CHECK(sha256("abc").size() == kSha256Bytes);
}

TEST_CASE("SHA-256 of pieces equals SHA-256 of the whole, again and again", "[digest]") {
  Sha256 hash;
  for (int round = 0; round < 2; ++round) {
    hash.update("ab");
    hash.update("");
    hash.update("c");
    CHECK(hash.finish() == sha256("abc"));
  }
  CHECK(hash.finish() == sha256(""));
  Sha256 moved = std::move(hash);
  moved.update("abc");
  CHECK(moved.finish() == sha256("abc"));
}

TEST_CASE("SHA-256 is right in several threads at once", "[digest]") {
  const std::string expected = sha256("abc");
  bool same[4] = {};
  std::thread threads[4];
  for (int i = 0; i < 4; ++i) {
    threads[i] = std::thread([&same, &expected, i] {
      same[i] = true;
      for (int round = 0; round < 1000; ++round)
        same[i] = same[i] && sha256("abc") == expected;
    });
  }
  for (std::thread& thread : threads)
    thread.join();
  for (const bool right : same)
    CHECK(right);
}

TEST_CASE("HMAC-SHA-256 gives the examples of RFC 4231", "[digest]") {
  CHECK(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(std::string(131, '\xaa'),
                           "Test Using Larger Than Block-Size Key - Hash Key First")) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(to_hex(hmac_sha256("", "")) ==
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("random bytes have the size asked for and do not repeat", "[digest]") {
  CHECK(random_bytes(0).empty());
  CHECK(random_bytes(33).size() == 33);
  CHECK(random_bytes(16) != random_bytes(16));
}

TEST_CASE("a random UUID is version 4 of RFC 9562", "[digest]") {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string uuid = random_uuid();
    CHECK(is_uuid(uuid));
    CHECK(uuid[14] == '4');
    CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
    seen.insert(uuid);
  }
  CHECK(seen.size() == 200);
}

}  // namespace muster
