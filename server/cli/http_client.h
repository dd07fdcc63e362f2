// SPDX-License-Identifier: Apache-2.0
// HTTPS to the server: TLS 1.2 or later, the chain and the name always verified, one deadline for
// an exchange, no more than 64 MiB of answer, no redirects, no proxies. Not thread-safe.
#pragma once
#include <memory>

#include "common/support/clock.h"
#include "server/cli/api_client.h"

namespace muster::cli {

inline constexpr std::size_t kMaxAnswerBytes = 64UL * 1024 * 1024;

// `clock` outlives the client. Throws Problem (kFailed) when the CA file cannot be read.
std::unique_ptr<ApiClient> make_http_client(const Connection& connection, const Clock& clock);

// "https://host[:port]" in its one form, with a port; a trailing "/" is dropped. Throws Problem
// (kUsage) for anything else: the token must not travel in the clear.
std::string checked_server(const std::string& url);

}  // namespace muster::cli
