// SPDX-License-Identifier: Apache-2.0
// The envelope with certificates that a server answers an enrolment with: base64, or, behind an
// even first byte, DER that is put into base64 first.
#include "common/crypto/pkcs7.h"
#include "common/crypto/request.h"
#include "common/support/text.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view rest = fuzz::as_text(data, size);
  const bool is_der = fuzz::take_choice(rest, 2) == 0;
  const std::string text = is_der ? crypto::to_base64_lines(rest) : std::string(rest);
  const auto certificates = crypto::from_pkcs7(text);
  if (!certificates) return 0;
  require(text.size() <= crypto::kMaxEnvelopeBytes);
  // Nothing may stand behind its end.
  if (is_der && rest.size() < 8000)
    require(
        !crypto::from_pkcs7(crypto::to_base64_lines(std::string(rest) + std::string(1, 0))).ok());
  require(!certificates->empty() && certificates->size() <= crypto::kMaxCertificates);
  const auto again = crypto::to_pkcs7(*certificates);
  require(again.ok());
  if (again->size() > crypto::kMaxEnvelopeBytes) return 0;
  const auto same = crypto::from_pkcs7(*again);
  require(same && same->size() == certificates->size());
  // OpenSSL sorts the set, so only the sum of what is in it is the same.
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < same->size(); ++i)
    bytes += (*same)[i].to_der().size() - (*certificates)[i].to_der().size();
  require(bytes == 0);
  return 0;
}
