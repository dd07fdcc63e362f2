// SPDX-License-Identifier: Apache-2.0
// One connection to PostgreSQL; for postgres.cpp only. The connection stays in libpq's
// pipeline mode (libpq manual, 34.5): statements whose result nobody waits for (BEGIN, the lock,
// preparations, execute_later, a reader's COMMIT) travel with the next one that somebody does wait
// for, so that a round trip is paid only where an answer is needed.
//
// A statement is prepared when it is seen for the second time; the types of its parameters are
// those of the values (a NULL has none and takes the type that the statement gives it). Values and
// results are binary.
#pragma once
#include <libpq-fe.h>

#include <list>
#include <unordered_map>

#include "server/store/database.h"

namespace muster::server::store {

class PostgresConnection final : public Connection {
 public:
  // Takes over a connection that is open and set up.
  PostgresConnection(PGconn* connection, bool read_only);
  ~PostgresConnection() override;

  std::int64_t run(std::string_view sql, const Values& values, const Each& each) override;
  void execute_many(std::string_view sql, const std::vector<Values>& rows) override;
  void query_many(std::string_view sql, const std::vector<Values>& rows,
                  const EachOfMany& each) override;
  void execute_later(std::string_view sql, const Values& values) override;
  void scan(std::string_view sql, const Values& values, const Each& each) override;
  void run_script(const std::string& sql) override;
  void begin(bool write) override;
  void commit() override;
  void rollback() override;
  bool is_alive() override;

 private:
  struct Statement {
    std::string text;         // as it came: the key
    std::string dollar_text;  // with $1
    std::string name;         // empty: not prepared on the server
    std::vector<Oid> types;   // one a placeholder; 0: not known yet
    bool seen = false;        // once already
  };
  struct ClearResult {
    void operator()(PGresult* result) const { PQclear(result); }
  };
  using PgResult = std::unique_ptr<PGresult, ClearResult>;
  using Statements = std::list<Statement>;
  using OnResult = std::function<void(std::size_t, PgResult)>;

  void refuse_after_error() const;
  Statement& find_statement(std::string_view sql);
  // Learns the types of the parameters and, from the second time on, prepares the statement.
  Statement& make_ready(std::string_view sql, const Values* rows, std::size_t count);
  void send(Statement& statement, const Values& values);
  void send_text(const std::string& sql, std::string_view shown);
  void note_sent(int code, std::string_view shown);  // one command more, or throws
  // Sends the mark that ends a stretch of commands, and reads the results of all of them.
  // `on_result` gets the place of the command in sent_, and its result.
  void finish(const OnResult& on_result);
  void read_until_mark(const OnResult& on_result);
  // Out of the pipeline and back, around what libpq cannot do in it.
  void leave_pipeline();
  void enter_pipeline();
  [[noreturn]] void fail(const PGresult* result, std::string_view sql);
  [[noreturn]] void lose(const std::string& why);
  static void on_notice(void* self, const PGresult* notice);

  PGconn* connection_;  // owned
  const bool read_only_;
  Statements statements_;  // the one used last comes first
  std::unordered_map<std::string_view, Statements::iterator> by_text_;  // into statements_
  std::vector<Statement*> preparing_;                                   // sent, answer not read
  std::vector<std::string_view> sent_;  // the commands since the last mark, for errors
  std::size_t marks_pending_ = 0;       // of readers' COMMITs that were sent and not read
  std::uint64_t names_ = 0;
  bool in_transaction_ = false;
  bool failed_ = false;  // since an error in the transaction
  bool lost_ = false;
  bool warned_ = false;  // the server warned during the commit
  std::string warning_;
};

StoreErrorKind postgres_error_kind(std::string_view sqlstate);

}  // namespace muster::server::store
