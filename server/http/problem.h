// SPDX-License-Identifier: Apache-2.0
// Errors as problem details (RFC 9457): application/problem+json with the members type
// ("about:blank": the title is that of the status), title, status, detail, code, request_id and,
// where they apply, path and those the Error adds. Pure.
#pragma once
#include <string_view>

#include "server/http/message.h"

namespace muster::server::http {

Response problem(const Error& error, std::string_view request_id);

// For the statuses of framing, which no Error has (see Refusal in parser.h).
Response problem(int status, std::string_view code, std::string_view detail,
                 std::string_view request_id);

// The phrase of a status in the registry of HTTP status codes; "Unknown" for one that we never
// send.
std::string_view reason_phrase(int status);

}  // namespace muster::server::http
