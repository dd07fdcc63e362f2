// SPDX-License-Identifier: Apache-2.0
// The canonical form of a row and the hashes over it (model.md section 3). Both sides compute them
// with this code, so they can compare what they hold by 16 bytes. Pure; any thread.
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/inventory/schema.h"

namespace muster::inventory {

inline constexpr std::size_t kTextBytes = 16 * 1024;  // one text of a row
inline constexpr std::size_t kRowBytes = 64 * 1024;   // one row in canonical JSON
inline constexpr std::size_t kRowsPerSection = 200'000;
inline constexpr std::string_view kCutMark =
    " [cut]";  // end of a text that was longer than kTextBytes

// UTF-8 JSON, members sorted bytewise by name, absent ones left out, integers only, lists sorted.
std::string canonical_json(const SectionSchema& schema, const Row& row);
// The same of the fields that are marked `shared` alone: what rows of many machines have in common.
std::string shared_canonical_json(const SectionSchema& schema, const Row& row);

// The key's values in the order of the declaration, as a JSON array:
// ["dpkg","","openssl","amd64","3.0.8"]. A section without a key has the key []. The pairing key is
// the same without the fields that an upgrade changes.
std::string row_key(const SectionSchema& schema, const Row& row);
std::string pairing_key(const SectionSchema& schema, const Row& row);
// The provider within the section that a row is from; the section's only provider when there is but
// one.
std::string_view row_provider(const SectionSchema& schema, const Row& row);

// The first 16 bytes of SHA-256, as a big-endian number that can be summed: a section's hash is the
// sum of the hashes of its rows modulo 2^128, so a change costs the rows that changed, not the rows
// that exist.
struct Hash128 {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend constexpr bool operator==(const Hash128&, const Hash128&) = default;
  Hash128& operator+=(const Hash128& other);
  Hash128& operator-=(const Hash128& other);

  std::string to_hex() const;    // 32 lower-case digits, the form on the wire
  std::string to_bytes() const;  // 16 bytes, the form in the store
  static std::optional<Hash128> from_hex(std::string_view text);
  static std::optional<Hash128> from_bytes(std::string_view bytes);
};

Hash128 row_hash(std::string_view canonical);

}  // namespace muster::inventory
