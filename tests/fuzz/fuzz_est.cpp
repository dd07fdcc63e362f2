// SPDX-License-Identifier: Apache-2.0
// Enrolment before anybody is known: the content type, HTTP Basic with a join token.
#include "common/support/text.h"
#include "server/ca/est.h"
#include "tests/fuzz/fuzz.h"

using namespace muster;
using namespace muster::server;
using muster::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::as_text(data, size);
  static_cast<void>(ca::is_request_content_type(text));
  for (const std::string& header :
       {std::string(text), "Basic " + to_base64(text), "basic \t" + std::string(text)}) {
    const auto credentials = ca::parse_basic_authorization(header);
    if (!credentials) continue;
    require(header.size() <= 1024);
    require(credentials->user.find(':') == std::string::npos);
    for (const std::string& part : {credentials->user, credentials->password}) {
      require(is_valid_utf8(part));
      require(part.find_first_of(std::string_view("\0\r\n\x7f", 4)) == std::string::npos);
    }
    const std::string token = ca::join_token_of(*credentials);
    require(token == credentials->password ||
            (credentials->password.empty() && token == credentials->user));
  }
  const ca::EstAnswer refused = ca::est_refused(401, text);
  require(refused.body == printable(text) + "\n" && !refused.www_authenticate.empty());
  require(ca::est_enrolled("x").is_base64);
  require(ca::est_certificates("x").status == 200);
  return 0;
}
