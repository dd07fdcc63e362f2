// SPDX-License-Identifier: Apache-2.0
// The database of a running server, past the server: for what would take a minute of waiting
// otherwise, and for looking at what it keeps.
#pragma once
#include "server/store/postgres.h"
#include "server/store/sqlite.h"
#include "tests/support/server_process.h"

namespace muster::test {

inline std::unique_ptr<server::Session> database_session(const ServerProcess& server) {
  if (server.database() == "sqlite")
    return server::open_sqlite((server.data() / "muster.db").string(), false)->connect(false, 0);
  return server::open_postgres({.connection = server.database(), .accept_no_fsync = true})
      ->connect(false, 0);
}

}  // namespace muster::test
