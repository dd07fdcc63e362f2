// SPDX-License-Identifier: Apache-2.0
// The SQLite driver: one file, WAL, synchronous=FULL (with NORMAL a power cut can lose what was
// acknowledged), foreign keys on, trusted_schema off. Connections are opened with
// SQLITE_OPEN_NOMUTEX: one thread at a time each.
#pragma once
#include <memory>
#include <string>

#include "server/store/database.h"

namespace muster::server::store {

// Opens (and with `create` makes) the database file. StoreError names the file and what to do.
std::unique_ptr<Database> open_sqlite(const std::string& file, bool create);

}  // namespace muster::server::store
