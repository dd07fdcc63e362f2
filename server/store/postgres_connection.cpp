// SPDX-License-Identifier: Apache-2.0
#include "server/store/postgres_connection.h"

#include <algorithm>

#include "common/support/text.h"
#include "server/store/postgres_values.h"

namespace muster::server::store {
namespace {

constexpr std::size_t kMostPrepared =
    256;  // kept a transaction; beyond it the one unused longest goes
// Commands between two marks: few enough that neither side's buffers fill while nobody reads.
constexpr std::size_t kCommandsAtOnce = 256;
constexpr std::size_t kShownSqlBytes = 200;

constexpr const char* kBeginWrite = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
constexpr const char* kLockWriters = "SELECT only_row FROM write_lock FOR UPDATE";
constexpr const char* kBeginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";

std::int64_t rows_changed(PGresult* result) {
  return parse_integer(PQcmdTuples(result)).value_or(0);
}

void each_row(const PGresult* result, const Transaction::Each& each) {
  for (int row = 0; row < PQntuples(result); ++row)
    each(PostgresRow(result, row));
}

}  // namespace

StoreErrorKind postgres_error_kind(std::string_view sqlstate) {
  struct Mapping {
    std::string_view prefix;
    StoreErrorKind kind;
  };
  // PostgreSQL manual, appendix A; the longer prefix stands first.
  constexpr Mapping kMappings[] = {
      {"55P03", StoreErrorKind::kBusy},            // lock_not_available: lock_timeout
      {"53300", StoreErrorKind::kBusy},            // too_many_connections
      {"57014", StoreErrorKind::kInterrupted},     // query_canceled: statement_timeout
      {"53100", StoreErrorKind::kFull},            // disk_full
      {"25P03", StoreErrorKind::kConnectionLost},  // idle_in_transaction_session_timeout
      {"25006", StoreErrorKind::kConnectionLost},  // read_only_sql_transaction: a replica by now
      {"58030", StoreErrorKind::kConnectionLost},  // io_error
      {"57P", StoreErrorKind::kConnectionLost},    // shutdown, crash, not up yet
      {"08", StoreErrorKind::kConnectionLost},
      {"23", StoreErrorKind::kConflict},  // a constraint
      {"40", StoreErrorKind::kConflict},  // serialization failure, deadlock
      {"XX001", StoreErrorKind::kCorrupt},
      {"XX002", StoreErrorKind::kCorrupt},
  };
  for (const Mapping& mapping : kMappings) {
    if (sqlstate.starts_with(mapping.prefix)) return mapping.kind;
  }
  return StoreErrorKind::kOther;
}

PostgresConnection::PostgresConnection(PGconn* connection, bool read_only)
    : connection_(connection), read_only_(read_only) {
  PQsetNoticeReceiver(connection_, &PostgresConnection::on_notice, this);
  enter_pipeline();
}

PostgresConnection::~PostgresConnection() {
  PQfinish(connection_);
}

void PostgresConnection::on_notice(void* self, const PGresult* notice) {
  auto& transaction = *static_cast<PostgresConnection*>(self);
  const char* severity = PQresultErrorField(notice, PG_DIAG_SEVERITY_NONLOCALIZED);
  if (severity == nullptr || std::string_view(severity) != "WARNING") return;
  const char* message = PQresultErrorField(notice, PG_DIAG_MESSAGE_PRIMARY);
  transaction.warned_ = true;
  transaction.warning_ = message == nullptr ? "" : message;
}

void PostgresConnection::refuse_after_error() const {
  if (lost_)
    throw StoreError(StoreErrorKind::kConnectionLost, "the connection to the database is lost");
  if (failed_)
    throw StoreError(StoreErrorKind::kOther, "the transaction is over since an error in it");
}

void PostgresConnection::lose(const std::string& why) {
  lost_ = true;
  throw StoreError(StoreErrorKind::kConnectionLost,
                   "the connection to the database is lost: " + std::string(trim(why)));
}

void PostgresConnection::fail(const PGresult* result, std::string_view sql) {
  const char* sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  // Not the detail, which quotes values.
  const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  if (in_transaction_) failed_ = true;
  if (sqlstate == nullptr) lose(PQresultErrorMessage(result));
  StoreErrorKind kind = postgres_error_kind(sqlstate);
  // A connection that only reads was told so; a writer's server has become a replica.
  if (read_only_ && std::string_view(sqlstate) == "25006") kind = StoreErrorKind::kOther;
  if (kind == StoreErrorKind::kConnectionLost) lost_ = true;
  throw StoreError(kind, std::string(sql.substr(0, kShownSqlBytes)) + ": " +
                             (message == nullptr ? "" : message) + " (" + sqlstate + ")");
}

PostgresConnection::Statement& PostgresConnection::find_statement(std::string_view sql) {
  if (const auto found = by_text_.find(sql); found != by_text_.end()) {
    statements_.splice(statements_.begin(), statements_, found->second);
    return statements_.front();
  }
  // Nothing that was sent and not answered may speak of it any more.
  if (statements_.size() >= kMostPrepared && sent_.empty()) {
    const Statement& oldest = statements_.back();
    if (!oldest.name.empty()) send_text("DEALLOCATE " + oldest.name, "DEALLOCATE");
    by_text_.erase(oldest.text);
    statements_.pop_back();
  }
  Statement statement;
  statement.text = sql;
  statement.dollar_text = with_dollar_placeholders(sql);
  statement.types.resize(count_placeholders(statement.dollar_text));
  statements_.push_front(std::move(statement));
  by_text_.emplace(statements_.front().text, statements_.begin());
  return statements_.front();
}

PostgresConnection::Statement& PostgresConnection::make_ready(std::string_view sql,
                                                              const Values* rows,
                                                              std::size_t count) {
  refuse_after_error();
  Statement& statement = find_statement(sql);
  std::vector<Oid> types(statement.types.size());
  for (std::size_t row = 0; row < count; ++row) {
    if (rows[row].size() < types.size()) {
      throw StoreError(StoreErrorKind::kOther,
                       "too few values for " + std::string(sql.substr(0, kShownSqlBytes)));
    }
    for (std::size_t i = 0; i < types.size(); ++i) {
      const SqlValue& value = rows[row][i];
      if (const auto* text = std::get_if<std::string>(&value.get())) require_storable(*text);
      if (types[i] == 0) types[i] = type_of(value);
    }
  }
  // A type that was not known before makes the statement another one; what was learned stays.
  bool changed = false;
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (types[i] == 0 || types[i] == statement.types[i]) continue;
    statement.types[i] = types[i];
    changed = true;
  }
  const bool again = statement.seen || count > 1;
  statement.seen = true;
  if (!again || (!statement.name.empty() && !changed)) return statement;
  if (!statement.name.empty()) send_text("DEALLOCATE " + statement.name, "DEALLOCATE");
  statement.name = "s" + std::to_string(++names_);
  note_sent(PQsendPrepare(connection_, statement.name.c_str(), statement.dollar_text.c_str(),
                          static_cast<int>(statement.types.size()), statement.types.data()),
            statement.text);
  preparing_.push_back(&statement);
  return statement;
}

void PostgresConnection::note_sent(int code, std::string_view shown) {
  if (code != 1) lose(PQerrorMessage(connection_));
  sent_.push_back(shown);
}

void PostgresConnection::send_text(const std::string& sql, std::string_view shown) {
  note_sent(
      PQsendQueryParams(connection_, sql.c_str(), 0, nullptr, nullptr, nullptr, nullptr, kBinary),
      shown);
}

void PostgresConnection::send(Statement& statement, const Values& values) {
  const Parameters parameters(values, statement.types.size());
  const int code =
      statement.name.empty()
          ? PQsendQueryParams(connection_, statement.dollar_text.c_str(), parameters.count(),
                              statement.types.data(), parameters.data(), parameters.sizes(),
                              parameters.formats(), kBinary)
          : PQsendQueryPrepared(connection_, statement.name.c_str(), parameters.count(),
                                parameters.data(), parameters.sizes(), parameters.formats(),
                                kBinary);
  note_sent(code, statement.text);
}

void PostgresConnection::read_until_mark(const OnResult& on_result) {
  std::size_t command = 0;
  for (bool last_was_null = false;;) {
    PgResult result(PQgetResult(connection_));
    if (result == nullptr) {  // the end of one command's results
      if (PQstatus(connection_) != CONNECTION_OK || last_was_null)
        lose(PQerrorMessage(connection_));
      ++command;
      last_was_null = true;
      continue;
    }
    last_was_null = false;
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_PIPELINE_SYNC) return;
    if (status != PGRES_PIPELINE_ABORTED) on_result(command, std::move(result));
  }
}

void PostgresConnection::finish(const OnResult& on_result) {
  std::vector<std::string_view> commands;
  std::vector<Statement*> preparing;
  commands.swap(sent_);
  preparing.swap(preparing_);
  PgResult error;
  std::size_t failed_command = 0;
  try {
    if (PQpipelineSync(connection_) != 1) lose(PQerrorMessage(connection_));
    // Of transactions that only read.
    for (; marks_pending_ > 0; --marks_pending_)
      read_until_mark([](std::size_t, PgResult) {});
    read_until_mark([&](std::size_t command, PgResult result) {
      if (PQresultStatus(result.get()) != PGRES_FATAL_ERROR) {
        on_result(command, std::move(result));
      } else if (error == nullptr) {
        error = std::move(result);
        failed_command = command;
      }
    });
  } catch (...) {
    lost_ = true;  // nothing but a lost connection throws here
    throw;
  }
  if (error == nullptr) return;
  // Whether what was being prepared is prepared is not known: it is done anew.
  for (Statement* statement : preparing)
    statement->name.clear();
  fail(error.get(), failed_command < commands.size() ? commands[failed_command] : "");
}

std::int64_t PostgresConnection::run(std::string_view sql, const Values& values, const Each& each) {
  Statement& statement = make_ready(sql, &values, 1);
  send(statement, values);
  const std::size_t wanted = sent_.size() - 1;
  PgResult answer;
  finish([&](std::size_t command, PgResult result) {
    if (command == wanted) answer = std::move(result);
  });
  if (answer == nullptr) lose("an answer is missing");
  each_row(answer.get(), each);
  return rows_changed(answer.get());
}

void PostgresConnection::query_many(std::string_view sql, const std::vector<Values>& rows,
                                    const EachOfMany& each) {
  if (rows.empty()) return;
  for (std::size_t begin = 0; begin < rows.size(); begin += kCommandsAtOnce) {
    const std::size_t count = std::min(kCommandsAtOnce, rows.size() - begin);
    Statement& statement = make_ready(sql, rows.data() + begin, count);
    const std::size_t first = sent_.size();
    for (std::size_t i = 0; i < count; ++i)
      send(statement, rows[begin + i]);
    std::vector<PgResult> answers(count);
    finish([&](std::size_t command, PgResult result) {
      if (command >= first) answers[command - first] = std::move(result);
    });
    for (std::size_t i = 0; i < count; ++i) {
      if (answers[i] == nullptr) lose("an answer is missing");
      each_row(answers[i].get(), [&](const ResultRow& row) { each(begin + i, row); });
    }
  }
}

void PostgresConnection::execute_many(std::string_view sql, const std::vector<Values>& rows) {
  for (const Values& values : rows)
    execute_later(sql, values);
  if (!in_transaction_) finish([](std::size_t, PgResult) {});
}

void PostgresConnection::execute_later(std::string_view sql, const Values& values) {
  Statement& statement = make_ready(sql, &values, 1);
  send(statement, values);
  if (sent_.size() >= kCommandsAtOnce || !in_transaction_) finish([](std::size_t, PgResult) {});
}

void PostgresConnection::leave_pipeline() {
  refuse_after_error();
  finish([](std::size_t, PgResult) {});
  if (PQexitPipelineMode(connection_) != 1) lose(PQerrorMessage(connection_));
}

void PostgresConnection::enter_pipeline() {
  if (PQstatus(connection_) != CONNECTION_OK || PQenterPipelineMode(connection_) != 1)
    lose(PQerrorMessage(connection_));
}

void PostgresConnection::scan(std::string_view sql, const Values& values, const Each& each) {
  Statement& statement = make_ready(sql, &values, 1);
  leave_pipeline();
  const Parameters parameters(values, statement.types.size());
  if (PQsendQueryParams(connection_, statement.dollar_text.c_str(), parameters.count(),
                        statement.types.data(), parameters.data(), parameters.sizes(),
                        parameters.formats(), kBinary) != 1 ||
      PQsetSingleRowMode(connection_) != 1) {
    lose(PQerrorMessage(connection_));
  }
  PgResult error;
  std::exception_ptr thrown;  // by `each`: the rest of the result is read all the same
  while (PgResult result{PQgetResult(connection_)}) {
    if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) {
      error = std::move(result);
    } else if (thrown == nullptr) {
      try {
        each_row(result.get(), each);
      } catch (...) {
        thrown = std::current_exception();
      }
    }
  }
  // libpq leaves single-row mode when a statement begins, but not when one begins in a pipeline.
  PQclear(PQexec(connection_, ""));
  enter_pipeline();
  if (error != nullptr) fail(error.get(), sql);
  if (thrown != nullptr) std::rethrow_exception(thrown);
}

void PostgresConnection::run_script(const std::string& sql) {
  leave_pipeline();
  const PgResult result(PQexec(connection_, sql.c_str()));
  enter_pipeline();
  if (PQresultStatus(result.get()) == PGRES_FATAL_ERROR) fail(result.get(), sql);
}

void PostgresConnection::begin(bool write) {
  refuse_after_error();
  in_transaction_ = true;
  if (write) {
    send_text(kBeginWrite, kBeginWrite);
    send_text(kLockWriters, kLockWriters);
  } else {
    send_text(kBeginRead, kBeginRead);
  }
}

void PostgresConnection::commit() {
  refuse_after_error();
  send_text("COMMIT", "COMMIT");
  if (read_only_) {  // nobody waits for it
    sent_.clear();
    preparing_.clear();
    if (PQpipelineSync(connection_) != 1) lose(PQerrorMessage(connection_));
    ++marks_pending_;
    in_transaction_ = false;
    return;
  }
  const std::size_t last = sent_.size() - 1;
  warned_ = false;
  bool committed = false;
  finish([&](std::size_t command, PgResult result) {
    // The answer to the COMMIT of a transaction that had failed is ROLLBACK, and no error.
    if (command == last) committed = std::string_view(PQcmdStatus(result.get())) == "COMMIT";
  });
  in_transaction_ = false;
  if (!committed)
    throw StoreError(StoreErrorKind::kOther, "the database rolled the transaction back");
  // "canceling wait for synchronous replication": done here, and lost by a failover.
  if (warned_)
    throw StoreError(StoreErrorKind::kConnectionLost,
                     "whether the commit will last is not known: " + warning_);
}

void PostgresConnection::rollback() {
  in_transaction_ = false;
  failed_ = false;
  if (lost_) return;
  const auto ignore = [](std::size_t, PgResult) {};
  try {
    // What was sent ends in an error or not; ROLLBACK must come after its mark to be heard.
    finish(ignore);
  } catch (const StoreError&) {
    failed_ = false;
  }
  try {
    if (lost_ || PQtransactionStatus(connection_) == PQTRANS_IDLE) return;
    send_text("ROLLBACK", "ROLLBACK");
    finish(ignore);
  } catch (const StoreError&) {
    lost_ = true;  // in what state it is nobody knows
  }
}

bool PostgresConnection::is_alive() {
  if (lost_) return false;
  // What the server said last, and then its end, if it ended.
  for (int i = 0; i < 2; ++i) {
    if (PQconsumeInput(connection_) != 1) lost_ = true;
  }
  if (PQstatus(connection_) != CONNECTION_OK) lost_ = true;
  return !lost_;
}

}  // namespace muster::server::store
