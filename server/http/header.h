// SPDX-License-Identifier: Apache-2.0
// One header field of a request or a response (RFC 9110 section 5). A plain value.
#pragma once
#include <string>

namespace muster::server::http {

struct Header {
  std::string name;  // of a request in lower case; of a response as it is to be sent
  std::string value;
  friend bool operator==(const Header&, const Header&) = default;
};

}  // namespace muster::server::http
