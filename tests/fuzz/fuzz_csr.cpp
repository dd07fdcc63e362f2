// SPDX-License-Identifier: Apache-2.0
// A certificate request as the server gets it: base64, or, behind an even first byte, DER that is
// put into base64 first. What is taken holds a P-256 key and nothing else of the request counts.
#include "common/support/text.h"
#include "common/tls/key.h"
#include "common/tls/request.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // What the agent makes, the server takes.
  static const bool is_own_taken = [] {
    const auto key = tls::PrivateKey::generate();
    const auto request = tls::make_request(*key, "fuzz");
    return request && tls::check_request(tls::to_base64_lines(*request)).ok();
  }();
  require(is_own_taken);
  std::string_view rest = fuzz::as_text(data, size);
  const bool is_der = fuzz::take_choice(rest, 2) == 0;
  const std::string text = is_der ? tls::to_base64_lines(rest) : std::string(rest);
  if (is_der) require(from_base64(text) == rest);
  const auto request = tls::check_request(text);
  require(!request || text.size() <= tls::kMaxRequestBytes);
  if (text.size() > tls::kMaxRequestBytes)
    require(request.failure().kind == FailureKind::kTooLarge);
  if (!request) return 0;
  // Nothing may stand behind its end.
  if (is_der && rest.size() < 8000)
    require(!tls::check_request(tls::to_base64_lines(std::string(rest) + std::string(1, 0))).ok());
  require(tls::is_p256_public_key(request->spki_der));
  return 0;
}
