// SPDX-License-Identifier: Apache-2.0
// Bringing a database up to date: the files in migrations/, each in a transaction of its own,
// forward only and never edited once released; then the section tables, which follow from the
// declarations. docs/adding-a-migration.md.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "common/support/clock.h"
#include "server/store/database.h"

namespace muster::server {

struct Migration {
  int number;
  std::string_view name;  // "0001_spine"
  std::string_view sql;
};

// The files of migrations/, by number; compiled in.
const std::vector<Migration>& migrations();

// Applies what is missing. StoreError, with nothing touched, when the database has a migration that
// this program does not know (it is newer) or one whose text differs from ours.
void migrate(Database& database, Session& session, Instant now);

// The number of the newest migration that the database has; 0 for an empty one.
int schema_version(Database& database, Session& session);

}  // namespace muster::server
