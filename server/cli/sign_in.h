// SPDX-License-Identifier: Apache-2.0
// Signing in with name and password to make one API token: the session is ended at once, and the
// password is kept nowhere.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "common/json/value.h"
#include "server/cli/context.h"

namespace muster::cli {

// Asks for what is missing: the name (or `name`), the password (--password-stdin reads a line), and
// another password where that must be changed. `client` has no credentials. The answer of
// POST /api/v1/tokens. Throws Problem.
JsonValue token_by_password(Context& context, ApiClient& client, std::string name,
                            const std::string& token_name, std::optional<std::int64_t> days);

// "valid until 2027-11-23 08:00", "valid until it is revoked", of such an answer.
std::string validity_of(const Context& context, const JsonValue& token);

}  // namespace muster::cli
