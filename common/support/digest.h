// SPDX-License-Identifier: Apache-2.0
// Hashes and random numbers that need no certificate: SHA-256, HMAC-SHA-256, random bytes and
// random UUIDs. All of it works on raw bytes; show them with to_hex (text.h). Any thread may call
// any of it. Memory that runs out and a random generator that does not answer end the program
// by an exception (std::bad_alloc, std::runtime_error): nothing sensible can be done without
// either, and a weak number must never be handed out instead.
#pragma once
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace muster {

constexpr std::size_t kSha256Bytes = 32;

// FIPS 180-4. Cheap for small inputs (one row of an inventory): the digest is fetched once and the
// context reused.
std::array<unsigned char, kSha256Bytes> sha256_array(std::string_view bytes);
std::string sha256(std::string_view bytes);      // 32 raw bytes
std::string sha256_hex(std::string_view bytes);  // 64 lower-case digits

// SHA-256 of content that comes in pieces (a file, a stream). Used by one thread at a time.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&& other) noexcept;
  Sha256& operator=(Sha256&& other) noexcept;
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void update(std::string_view bytes);
  std::string finish();  // 32 raw bytes; afterwards the object begins anew with empty content

 private:
  void* context_;  // EVP_MD_CTX, owned
};

// RFC 2104 with SHA-256: 32 raw bytes. An empty key is allowed.
std::string hmac_sha256(std::string_view key, std::string_view bytes);

// From the system's cryptographic generator.
std::string random_bytes(std::size_t count);

// RFC 9562 version 4, lower case: "3f2b8c1e-....".
std::string random_uuid();

}  // namespace muster
