// SPDX-License-Identifier: Apache-2.0
// A certificate request as the server gets it: base64, or, behind an even first byte, DER that is
// put into base64 first. What is taken holds a P-256 key and nothing else of the request counts.
#include "common/crypto/key.h"
#include "common/crypto/request.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // What the agent makes, the server takes.
  static const bool is_own_taken = [] {
    const auto key = crypto::PrivateKey::generate();
    const auto request = crypto::make_request(*key, "fuzz");
    return request && crypto::check_request(crypto::to_base64_lines(*request)).ok();
  }();
  require(is_own_taken);
  std::string_view rest = fuzz::as_text(data, size);
  const bool is_der = fuzz::take_choice(rest, 2) == 0;
  const std::string text = is_der ? crypto::to_base64_lines(rest) : std::string(rest);
  if (is_der) require(from_base64(text) == rest);
  const auto request = crypto::check_request(text);
  require(!request || text.size() <= crypto::kMaxRequestBytes);
  if (text.size() > crypto::kMaxRequestBytes)
    require(request.failure().kind == FailureKind::kTooLarge);
  if (!request) return 0;
  // Nothing may stand behind its end.
  if (is_der && rest.size() < 8000)
    require(!crypto::check_request(crypto::to_base64_lines(std::string(rest) + std::string(1, 0)))
                 .ok());
  require(crypto::is_p256_public_key(request->spki_der));
  return 0;
}
