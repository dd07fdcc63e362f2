// SPDX-License-Identifier: Apache-2.0
#include "tests/support/programs/database.h"

#include "server/store/postgres.h"
#include "server/store/sqlite.h"

namespace muster::test {

std::unique_ptr<server::store::Connection> database_session(const ServerProcess& server) {
  if (server.database() == "sqlite")
    return server::store::open_sqlite((server.data() / "muster.db").string(), false)
        ->connect(false, 0);
  return server::store::open_postgres({.connection = server.database(), .accept_no_fsync = true})
      ->connect(false, 0);
}

}  // namespace muster::test
