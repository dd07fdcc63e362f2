// SPDX-License-Identifier: Apache-2.0
// The database of a running server, past the server: for what would take a minute of waiting
// otherwise, and for looking at what it keeps.
#pragma once
#include <memory>

#include "server/store/database.h"
#include "tests/support/programs/server_process.h"

namespace muster::test {

std::unique_ptr<server::store::Connection> database_session(const ServerProcess& server);

}  // namespace muster::test
