// SPDX-License-Identifier: Apache-2.0
#include "common/crypto/password.h"

#include <openssl/evp.h>

#include <optional>
#include <utility>

#include "common/crypto/openssl.h"
#include "common/support/digest.h"
#include "common/support/text.h"

namespace muster::crypto {
namespace {

constexpr std::size_t kSaltBytes = 16;
constexpr std::size_t kHashBytes = 32;
constexpr std::uint64_t kMaxMemoryBytes = 512ULL * 1024 * 1024;
constexpr std::uint64_t kSpareBytes = 1024ULL * 1024;  // beside the big table

struct Parsed {
  ScryptCost cost;
  std::string salt;
  std::string hash;
};

std::uint64_t memory_bytes(ScryptCost cost) {
  return 128ULL * cost.r * ((1ULL << cost.log2_n) + cost.p + 2) + kSpareBytes;
}

bool is_sensible(ScryptCost cost) {
  return cost.log2_n >= 1 && cost.log2_n <= 24 && cost.r >= 1 && cost.r <= 64 && cost.p >= 1 &&
         cost.p <= 16;
}

std::string unpadded_base64(std::string_view bytes) {
  std::string text = to_base64(bytes);
  while (text.ends_with('='))
    text.pop_back();
  return text;
}

std::optional<std::string> from_unpadded_base64(std::string_view text) {
  if (text.find_first_of("= \t\r\n") != std::string_view::npos) return std::nullopt;
  return from_base64(std::string(text) + std::string((4 - text.size() % 4) % 4, '='));
}

std::optional<unsigned> parse_cost(std::string_view text, std::string_view name) {
  if (!text.starts_with(name)) return std::nullopt;
  text.remove_prefix(name.size());
  // One number has one spelling (PHC string format, decimal values): no leading zero.
  const auto number = parse_integer(text);
  if (!number || *number < 0 || *number > 1000 || (text.size() > 1 && text.front() == '0')) {
    return std::nullopt;
  }
  return static_cast<unsigned>(*number);
}

std::optional<Parsed> parse(std::string_view text) {
  const auto parts = split(text, '$');
  if (parts.size() != 5 || !parts[0].empty() || parts[1] != "scrypt") return std::nullopt;
  const auto costs = split(parts[2], ',');
  if (costs.size() != 3) return std::nullopt;
  const auto log2_n = parse_cost(costs[0], "ln=");
  const auto r = parse_cost(costs[1], "r=");
  const auto p = parse_cost(costs[2], "p=");
  const auto salt = from_unpadded_base64(parts[3]);
  const auto hash = from_unpadded_base64(parts[4]);
  if (!log2_n || !r || !p || !salt || !hash) return std::nullopt;
  if (salt->size() < 8 || salt->size() > 64 || hash->size() != kHashBytes) return std::nullopt;
  Parsed parsed{{*log2_n, *r, *p}, *salt, *hash};
  if (!is_sensible(parsed.cost)) return std::nullopt;
  return parsed;
}

Result<std::string> derive(std::string_view password, const std::string& salt, ScryptCost cost) {
  std::string key(kHashBytes, '\0');
  const char* const bytes = password.empty() ? "" : password.data();
  if (EVP_PBE_scrypt(bytes, password.size(), as_unsigned(salt.data()), salt.size(),
                     1ULL << cost.log2_n, cost.r, cost.p, memory_bytes(cost),
                     static_cast<unsigned char*>(static_cast<void*>(key.data())),
                     key.size()) != 1) {
    return openssl_failure(FailureKind::kIo, "cannot compute the hash of a password with scrypt");
  }
  return key;
}

}  // namespace

Result<std::string> hash_password(std::string_view password, ScryptCost cost) {
  if (password.size() > kMaxPasswordBytes) {
    return Failure{FailureKind::kTooLarge, "a password has at most 1024 bytes"};
  }
  // HMAC fills a short key with NULs, so that "x" and "x" with a NUL behind it would have one hash.
  if (password.find('\0') != std::string_view::npos) {
    return Failure{FailureKind::kMalformed, "a password cannot hold a NUL character"};
  }
  if (!is_sensible(cost) || memory_bytes(cost) > kMaxMemoryBytes) {
    return Failure{FailureKind::kTooLarge, "scrypt would need more than 512 MiB with these costs"};
  }
  const std::string salt = random_bytes(kSaltBytes);
  const Result<std::string> key = derive(password, salt, cost);
  if (!key) return key.failure();
  return "$scrypt$ln=" + std::to_string(cost.log2_n) + ",r=" + std::to_string(cost.r) +
         ",p=" + std::to_string(cost.p) + "$" + unpadded_base64(salt) + "$" + unpadded_base64(*key);
}

Result<bool> verify_password(std::string_view password, std::string_view hash) {
  const std::optional<Parsed> parsed = parse(hash);
  if (!parsed) {
    return Failure{FailureKind::kMalformed,
                   "the stored hash of a password is not readable: reset the password"};
  }
  if (memory_bytes(parsed->cost) > kMaxMemoryBytes) {
    return Failure{FailureKind::kTooLarge,
                   "the stored hash of a password asks for more than 512 MiB: reset the password"};
  }
  if (password.size() > kMaxPasswordBytes || password.find('\0') != std::string_view::npos) {
    return false;
  }
  const Result<std::string> key = derive(password, parsed->salt, parsed->cost);
  if (!key) return key.failure();
  return equal_constant_time(*key, parsed->hash);
}

bool needs_rehash(std::string_view hash, ScryptCost cost) {
  const std::optional<Parsed> parsed = parse(hash);
  return !parsed || parsed->cost != cost;
}

}  // namespace muster::crypto
