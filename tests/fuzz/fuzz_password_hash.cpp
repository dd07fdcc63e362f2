// SPDX-License-Identifier: Apache-2.0
// A password's stored hash, as a database that somebody edited holds it; and the rules for a new
// password. Costs that would take long are only looked at.
#include <algorithm>

#include "common/crypto/password.h"
#include "server/error.h"
#include "server/people/passwords.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

namespace {

// "$scrypt$ln=D,r=D,p=": N is at most 2^9, r at most 9.
bool is_cheap(std::string_view hash) {
  return hash.size() > 18 && hash.starts_with("$scrypt$ln=") && hash.substr(12, 3) == ",r=" &&
         hash.substr(16, 3) == ",p=";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text = fuzz::as_text(data, size);
  const std::string_view password = fuzz::take_part(text, "\x1e");
  const bool is_old = crypto::needs_rehash(text);
  require(is_old || text.starts_with("$scrypt$ln=17,r=8,p=1$"));
  if (is_cheap(text)) {
    if (const auto right = crypto::verify_password(password, text); right && *right)
      require(password.size() <= crypto::kMaxPasswordBytes);
  } else if (text.find("ln=") == std::string_view::npos) {
    require(!crypto::verify_password(password, text).ok());
  }
  try {
    server::people::check_new_password(password, text);
    require(password.size() >= server::people::kMinPasswordCharacters);
    require(password.size() <= crypto::kMaxPasswordBytes);
    require(password.find('\0') == std::string_view::npos);
  } catch (const server::Error& error) {
    require(error.code == "invalid_password" && error.path == "password");
  }
  const crypto::ScryptCost cost{.log2_n = 1, .r = 1, .p = 1};
  if (const auto hash = crypto::hash_password(password, cost)) {
    const auto right = crypto::verify_password(password, *hash);
    require(right && *right && !crypto::needs_rehash(*hash, cost));
    const auto wrong = crypto::verify_password(std::string(password) + "x", *hash);
    require(wrong && !*wrong);
  }
  return 0;
}
