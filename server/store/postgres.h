// SPDX-License-Identifier: Apache-2.0
// The PostgreSQL driver, on libpq (docs/decisions/0021), in pipeline mode throughout. Works with
// PostgreSQL 13 and newer, and where there is a choice keeps to what other systems of its protocol
// have too.
//
//   writing   READ COMMITTED under one lock for all servers of the database, a row that begin(true)
//             takes (docs/decisions/0020), so that revisions become visible in the order of their
//             numbers; lock_timeout. A COMMIT whose answer is lost, or that warns that a replica
//             did not confirm, is kConnectionLost: nobody knows whether it is done.
//   reading   REPEATABLE READ READ ONLY: one snapshot; statement_timeout.
//   durable   synchronous_commit is set to on where the server says less; fsync off is refused.
//   failover  several hosts in the connection text are tried for one that takes writes; a peer that
//             went silent is noticed within about ten seconds.
#pragma once
#include <memory>
#include <string>

#include "server/store/database.h"

namespace muster::server::store {

struct PostgresOptions {
  // A libpq URI or keywords and values (libpq manual, 34.1.1). No password: `password_file`, or
  // what libpq itself reads (PGPASSFILE, ~/.pgpass).
  std::string connection;
  std::string password_file = {};  // its first line; read anew at each connection
  int lock_limit_ms = 10'000;      // waiting for the lock on writing
  // For tests only: also a server with fsync off, which loses what was acknowledged.
  bool accept_no_fsync = false;
};

// Connects once and checks that the database is one that Muster can use: UTF-8, text that compares
// bytewise, a durable server. StoreError says what is wrong and what to do.
std::unique_ptr<Database> open_postgres(const PostgresOptions& options);

// "postgresql://..." or "host=... dbname=..."; anything else is no connection text.
bool is_postgres_connection(std::string_view text);
// The same without a password and without what else libpq would keep from people, for logs.
// StoreError kOther when it cannot be understood.
std::string shown_connection(const std::string& connection);
bool has_password(const std::string& connection);

}  // namespace muster::server::store
