// SPDX-License-Identifier: Apache-2.0
// A join code that somebody pasted, and, behind an even first byte, its content with a checksum
// that fits, so that what stands behind the checksum is reached.
#include "common/crypto/join_code.h"

#include "common/crypto/issue.h"
#include "common/support/digest.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  std::string text(rest);
  if (fuzz::take_choice(rest, 2) == 0) {
    const std::string content(rest);
    text = "muster1_" + to_base32(content + sha256("muster1_" + content).substr(0, 4));
  }
  const auto code = crypto::parse_join_code(text);
  if (!code) {
    require(printable(code.failure().message) == code.failure().message);
    return 0;
  }
  require(crypto::is_ip_address(code->host) || crypto::is_dns_name(code->host));
  require(code->port > 0 && code->ca_spki_sha256_hex.size() == 64 && !code->token.empty());
  // There is one spelling of a code, so that two that look different are different.
  const auto encoded = crypto::encode_join_code(*code);
  require(encoded && *encoded == trim(text));
  require(code->url().starts_with("https://"));
  return 0;
}
