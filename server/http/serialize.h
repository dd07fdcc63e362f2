// SPDX-License-Identifier: Apache-2.0
// The head of a response as bytes, with the fields that every response has: Date, X-Request-ID, and
// unless the response sets its own, Cache-Control, Content-Security-Policy and the other security
// fields. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "server/http/message.h"

namespace muster::server::http {

struct ResponseFraming {
  std::optional<std::uint64_t> content_length;  // nullopt: see chunked
  bool chunked = false;
  bool close = false;
  bool secure = false;  // the client came by TLS
  std::string request_id;
  Instant date;
};

// Throws std::logic_error for a name or value that would break the head apart (CR, LF, NUL) or
// contradict the framing.
std::string response_head(const Response& response, const ResponseFraming& framing);

std::string http_date(Instant at);  // IMF-fixdate: "Sun, 06 Nov 1994 08:49:37 GMT"

}  // namespace muster::server::http
