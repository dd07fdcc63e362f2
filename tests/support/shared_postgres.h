// SPDX-License-Identifier: Apache-2.0
// The one PostgreSQL on which the tests of a build have their databases. Whoever needs it first
// starts it; its guardian ends it some seconds after nobody uses it any more, however those who
// did have ended. Nobody may crash or configure it: such tests have a PostgresServer of their own.
#pragma once
#include <string>

#include "tests/support/postgres_server.h"

namespace muster::test {

// MUSTER_TEST_STORE is "postgresql"; throws where it is neither that nor "sqlite".
bool tests_run_on_postgres();

const PostgresCluster& shared_postgres();

// A new database there with a name of its own, dropped at the end of this program.
std::string new_postgres_database(const std::string& name_template = "template0");
void drop_postgres_database(const std::string& name);

}  // namespace muster::test
