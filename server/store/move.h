// SPDX-License-Identifier: Apache-2.0
// Moving everything from one database into another: all tables that the schema has (none is named
// here), row by row as they are, numbers kept. Both are at this program's version. For
// `muster-server migrate`.
#pragma once
#include <functional>
#include <string>

#include "server/store/database.h"

namespace muster::server::store {

struct MovedTable {
  std::string name;
  std::int64_t rows = 0;
};
using MoveProgress = std::function<void(const MovedTable&)>;

// Inside a reading transaction of `from` and a writing one of `to`, whose tables must be empty
// (StoreError otherwise). Generated keys of `to` go on behind those that were moved. Rows are read
// and written in stretches, so that memory does not grow with the database. `progress` is called
// after each table, and every 100,000 rows of a large one.
std::vector<MovedTable> move_tables(Database& from_database, Transaction& from,
                                    Database& to_database, Transaction& to,
                                    const MoveProgress& progress);

}  // namespace muster::server::store
