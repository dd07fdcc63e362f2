// SPDX-License-Identifier: Apache-2.0
// A PostgreSQL and its replica, on two ports of loopback: how each is started, and the connection
// text that leads to whichever takes writes.
#pragma once
#include <string>

#include "tests/support/postgres_server.h"

namespace muster::test {

PostgresServer::Options primary_options(bool is_synchronous);

PostgresServer::Options replica_options(const PostgresServer& primary);

// Until the primary has a replica that receives what it writes.
void wait_for_replica(const PostgresServer& primary, const std::string& sync_state);

std::string over_tcp(const PostgresServer& primary, const PostgresServer& replica,
                     const std::string& database);

}  // namespace muster::test
