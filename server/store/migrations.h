// SPDX-License-Identifier: Apache-2.0
// Bringing a database up to date: the files in migrations/, each in a transaction of its own,
// forward only and never edited once released; then the tables that follow from declarations.
// docs/adding-a-migration.md.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "server/store/database.h"

namespace muster::server::store {

struct Migration {
  int number;
  std::string_view name;  // "0001_spine"
  std::string_view sql;
};

// The files of migrations/, by number; compiled in.
const std::vector<Migration>& migrations();

// Makes what is missing of the tables that are no migration's, inside a transaction.
using DeclaredTables = std::function<void(Database&, Transaction&)>;

// Applies what is missing, then `declared_tables`, which may be empty. StoreError, with nothing
// touched, when the database has a migration that this program does not know (it is newer) or one
// whose text differs from ours.
void migrate(Database& database, Connection& connection, Instant now,
             const DeclaredTables& declared_tables);

// The number of the newest migration that the database has; 0 for an empty one.
int schema_version(Database& database, Transaction& transaction);

}  // namespace muster::server::store
