// SPDX-License-Identifier: Apache-2.0
// The seam between Muster and a database: a Database makes connections, a Connection runs one
// transaction after the other (transaction.h). One driver a database (sqlite.h, postgres.h).
//
// Threads: a Connection belongs to one thread at a time. Errors: StoreError.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "server/store/dialect.h"
#include "server/store/transaction.h"

namespace muster::server::store {

// A connection to the database, which runs one transaction at a time.
class Connection : public Transaction {
 public:
  Connection();
  virtual void begin(bool write) = 0;
  virtual void commit() = 0;    // durable when it returns
  virtual void rollback() = 0;  // never throws; ends the transaction whatever its state
  // False: the connection is gone, and another one takes its place. Costs no round trip.
  virtual bool is_alive() { return true; }
};

class Database {
 public:
  virtual ~Database() = default;
  // A connection that reads only stops a statement after `statement_limit_ms`
  // (StoreErrorKind::kInterrupted); 0: never.
  virtual std::unique_ptr<Connection> connect(bool read_only, int statement_limit_ms) = 0;
  virtual std::string name() const = 0;  // "sqlite", "postgresql"
  virtual const Dialect& dialect() const = 0;
  // A consistent copy into `file` while the server serves. StoreError when it cannot be written.
  virtual void backup(const std::string& file) = 0;

  // Table definitions in this database's words.
  std::string translate(std::string_view ddl) const {
    return server::store::translate(dialect(), ddl);
  }
  // The columns of a table, by name; empty: no such table.
  std::vector<std::string> columns(Transaction& transaction, const std::string& table) const;
  std::vector<std::string> tables(Transaction& transaction) const;
};

}  // namespace muster::server::store
