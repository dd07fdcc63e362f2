// SPDX-License-Identifier: Apache-2.0
#include "server/store/sqlite.h"

#include <sqlite3.h>

#include <algorithm>
#include <chrono>
#include <span>
#include <unordered_map>

#include "server/store/fault.h"
#include "server/store/write_ahead_log.h"

namespace muster::server::store {
namespace {

constexpr int kCheckpointPages = 4000;  // of the write-ahead log; 16 MiB
constexpr int kBusyTimeoutMs = 10'000;
constexpr int kProgressSteps = 20'000;     // virtual machine steps between looks at the deadline
constexpr std::size_t kShownBytes = 200;   // of a statement in an error
constexpr std::size_t kRowsTogether = 16;  // of an insert of many
constexpr std::size_t kPreparedOnSqlite =
    512;  // kept per transaction; beyond it they are all dropped and made anew

StoreErrorKind kind_of(int code) {
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC)
    return StoreErrorKind::kNotSynced;
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return StoreErrorKind::kConflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StoreErrorKind::kBusy;
    case SQLITE_FULL:
      return StoreErrorKind::kFull;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return StoreErrorKind::kCorrupt;
    case SQLITE_INTERRUPT:
      return StoreErrorKind::kInterrupted;
    case SQLITE_CANTOPEN:
    case SQLITE_IOERR:
      return StoreErrorKind::kConnectionLost;
    default:
      return StoreErrorKind::kOther;
  }
}

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
struct FinalizeStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;
using Prepared = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

// SQLite would count each allocation, for statistics that nobody reads, under one lock for the
// whole process. It takes this before its first use only: where a test has used it already, it
// counts on.
void count_no_memory() {
  static const int done = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(done);
}

[[noreturn]] void fail(sqlite3* handle, const std::string& what) {
  throw StoreError(kind_of(sqlite3_extended_errcode(handle)), what + ": " + sqlite3_errmsg(handle));
}

class SqliteRow final : public ResultRow {
 public:
  explicit SqliteRow(sqlite3_stmt* statement) : statement_(statement) {}
  bool is_null(int column) const override {
    return sqlite3_column_type(statement_, column) == SQLITE_NULL;
  }
  std::int64_t integer(int column) const override {
    require(column);
    return sqlite3_column_int64(statement_, column);
  }
  std::string_view text(int column) const override {
    require(column);
    const void* data = sqlite3_column_blob(statement_, column);
    const int size = sqlite3_column_bytes(statement_, column);
    return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
  }

 private:
  // NULL would read as 0 or as the empty text.
  void require(int column) const {
    if (is_null(column)) {
      throw StoreError(
          StoreErrorKind::kOther,
          std::string("column ") + sqlite3_column_name(statement_, column) + " is NULL");
    }
  }
  sqlite3_stmt* statement_;
};

const Transaction::Each kNoResult = [](const ResultRow&) {};

// "INSERT ... VALUES (?1, ?2) ..." with `rows` times as many values; empty when `sql` is not one
// with just these values.
std::string insert_together(std::string_view sql, std::size_t columns, std::size_t rows) {
  const auto places = [&](std::size_t row) {
    std::string out = "(";
    for (std::size_t i = 1; i <= columns; ++i)
      out += (i > 1 ? ", ?" : "?") + std::to_string(row * columns + i);
    return out + ')';
  };
  const std::string values = " VALUES " + places(0);
  const std::size_t at = sql.find(values);
  if (!sql.starts_with("INSERT INTO ") || at == std::string_view::npos) return {};
  const std::string_view before = sql.substr(0, at);
  const std::string_view behind = sql.substr(at + values.size());
  // A placeholder elsewhere would name a value of the first row.
  if (before.find('?') != std::string_view::npos || behind.find('?') != std::string_view::npos)
    return {};
  std::string out = std::string(before) + values;
  for (std::size_t row = 1; row < rows; ++row)
    out += ", " + places(row);
  out += behind;
  return out;
}

class SqliteConnection final : public Connection {
 public:
  SqliteConnection(const std::string& file, bool read_only, bool create, int statement_limit_ms)
      : limit_ms_(statement_limit_ms) {
    store_fault("store.open");
    int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    flags |= read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    if (create) flags |= SQLITE_OPEN_CREATE;
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    handle_.reset(handle);
    if (code != SQLITE_OK) {
      throw StoreError(kind_of(code),
                       "the database " + file + " cannot be opened: " + sqlite3_errstr(code));
    }
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    if (!read_only) {
      run_script("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
      // Instead of SQLite's automatic checkpoint, which tells nobody that a sync failed.
      sqlite3_wal_hook(handle, &SqliteConnection::on_commit, this);
    }
    run_script(
        "PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY; PRAGMA "
        "cache_size=-65536");
    if (limit_ms_ > 0)
      sqlite3_progress_handler(handle, kProgressSteps, &SqliteConnection::on_progress, this);
  }

  std::int64_t run(std::string_view sql, const Values& values, const Each& each) override {
    sqlite3_stmt* statement = prepare(sql);
    step(statement, sql, {&values, 1}, each);
    return sqlite3_changes64(handle_.get());
  }

  void execute_many(std::string_view sql, const std::vector<Values>& rows) override {
    if (rows.empty()) return;
    const std::string* together =
        rows.size() >= kRowsTogether ? together_text(sql, rows.front().size()) : nullptr;
    std::size_t done = 0;
    if (together != nullptr) {
      sqlite3_stmt* statement = prepare(*together);
      for (; done + kRowsTogether <= rows.size(); done += kRowsTogether)
        step(statement, *together, {rows.data() + done, kRowsTogether}, kNoResult);
    }
    if (done == rows.size()) return;
    sqlite3_stmt* statement = prepare(sql);
    for (; done < rows.size(); ++done)
      step(statement, sql, {&rows[done], 1}, kNoResult);
  }

  void run_script(const std::string& sql) override {
    char* message = nullptr;
    const int code = sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, &message);
    const std::unique_ptr<char, decltype(&sqlite3_free)> owned(message, &sqlite3_free);
    if (code == SQLITE_OK) return;
    if (kind_of(code) == StoreErrorKind::kNotSynced) stop_writing();
    throw StoreError(kind_of(code), message != nullptr ? message : sqlite3_errstr(code));
  }

  void begin(bool write) override {
    if (write && not_synced_) {
      throw StoreError(StoreErrorKind::kNotSynced,
                       "the disk did not confirm an earlier write: start the program again");
    }
    run_script(write ? "BEGIN IMMEDIATE" : "BEGIN");
  }
  void commit() override {
    refuse_after_error();
    run_script("COMMIT");
    checkpoint_when_due();
  }
  void rollback() override {
    fault_at("store.rollback");
    failed_ = false;
    // After some errors SQLite has rolled back by itself; a second ROLLBACK would then be an error.
    if (sqlite3_get_autocommit(handle_.get()) == 0)
      sqlite3_exec(handle_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
  }

  sqlite3* handle() { return handle_.get(); }

 private:
  struct ResetOnExit {
    sqlite3_stmt* statement;
    ~ResetOnExit() {
      sqlite3_reset(statement);
      sqlite3_clear_bindings(statement);
    }
  };

  static int on_commit(void* self, sqlite3*, const char*, int log_pages) {
    static_cast<SqliteConnection*>(self)->log_pages_ = log_pages;
    return SQLITE_OK;
  }
  // What is committed stands in the log: where a checkpoint cannot be made (the disk is full, a
  // reader needs the pages), the next commit tries again.
  void checkpoint_when_due() {
    if (log_pages_ < kCheckpointPages && !fault_at("store.checkpoint_due")) return;
    fault_at("store.checkpoint");
    const int code = sqlite3_wal_checkpoint_v2(handle_.get(), nullptr, SQLITE_CHECKPOINT_PASSIVE,
                                               nullptr, nullptr);
    fault_at("store.checkpointed");
    if (kind_of(code) != StoreErrorKind::kNotSynced) return;
    stop_writing();
    throw StoreError(StoreErrorKind::kNotSynced,
                     std::string("checkpoint: ") + sqlite3_errstr(code));
  }
  // Nothing more, and no checkpoint when the connection is closed: what the kernel says that the
  // log holds may be in memory alone.
  void stop_writing() {
    not_synced_ = true;
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }

  // SQLite itself would go on after most errors; PostgreSQL does not, and neither may callers.
  void refuse_after_error() const {
    if (failed_)
      throw StoreError(StoreErrorKind::kOther, "the transaction is over since an error in it");
  }
  [[noreturn]] void fail_statement(std::string_view sql) {
    if (sqlite3_get_autocommit(handle_.get()) == 0) failed_ = true;
    fail(handle_.get(), std::string(sql.substr(0, kShownBytes)));
  }

  // `rows` are bound one behind the other.
  void step(sqlite3_stmt* statement, std::string_view sql, std::span<const Values> rows,
            const Each& each) {
    const ResetOnExit reset{statement};
    int before = 0;
    for (const Values& values : rows)
      before += bind(statement, sql, values, before);
    if (before < sqlite3_bind_parameter_count(statement)) {
      throw StoreError(StoreErrorKind::kOther,
                       "too few values for " + std::string(sql.substr(0, kShownBytes)));
    }
    start_limit();
    const SqliteRow row(statement);
    for (;;) {
      const int code = sqlite3_step(statement);
      if (code == SQLITE_DONE) return;
      if (code != SQLITE_ROW) fail_statement(sql);
      each(row);
    }
  }

  sqlite3_stmt* prepare(std::string_view sql) {
    refuse_after_error();
    if (const auto found = prepared_.find(std::string(sql)); found != prepared_.end())
      return found->second.get();
    if (prepared_.size() >= kPreparedOnSqlite) prepared_.clear();
    sqlite3_stmt* statement = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(handle_.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement, &tail);
    if (code != SQLITE_OK || statement == nullptr) fail_statement(sql);
    return prepared_.emplace(std::string(sql), Prepared(statement)).first->second.get();
  }

  // Returns how many it bound; a statement may use fewer than it is given.
  int bind(sqlite3_stmt* statement, std::string_view sql, const Values& values, int before) {
    const int count =
        std::min(sqlite3_bind_parameter_count(statement) - before, static_cast<int>(values.size()));
    for (int i = 0; i < count; ++i) {
      const int at = before + i + 1;
      const SqlValue::Variant& value = values[static_cast<std::size_t>(i)].get();
      int code = SQLITE_OK;
      if (const auto* number = std::get_if<std::int64_t>(&value)) {
        code = sqlite3_bind_int64(statement, at, *number);
      } else if (const auto* text = std::get_if<std::string>(&value)) {
        require_storable(*text);
        code = sqlite3_bind_text64(statement, at, text->data(), text->size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
      } else if (const auto* blob = std::get_if<Blob>(&value)) {
        code = sqlite3_bind_blob64(statement, at, blob->bytes.data(), blob->bytes.size(),
                                   SQLITE_STATIC);
      } else {
        code = sqlite3_bind_null(statement, at);
      }
      if (code != SQLITE_OK) fail_statement(sql);
    }
    return count;
  }

  // The text that inserts kRowsTogether rows at a time: what a statement costs besides its rows
  // (its journal, the next number of the table) is as much as a row. nullptr: `sql` is no such
  // statement.
  const std::string* together_text(std::string_view sql, std::size_t columns) {
    const auto known = together_.find(std::string(sql));
    if (known != together_.end()) return known->second.empty() ? nullptr : &known->second;
    const std::string& text =
        together_.emplace(std::string(sql), insert_together(sql, columns, kRowsTogether))
            .first->second;
    return text.empty() ? nullptr : &text;
  }

  void start_limit() {
    if (limit_ms_ > 0)
      deadline_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(limit_ms_);
  }
  static int on_progress(void* self) {
    return std::chrono::steady_clock::now() > static_cast<SqliteConnection*>(self)->deadline_ ? 1
                                                                                              : 0;
  }

  Handle handle_;
  std::unordered_map<std::string, Prepared> prepared_;     // destroyed before handle_
  std::unordered_map<std::string, std::string> together_;  // insert -> insert of many; empty: none
  int limit_ms_;
  bool failed_ = false;  // a statement of this transaction
  bool not_synced_ = false;
  int log_pages_ = 0;  // in the write-ahead log after the last commit
  std::chrono::steady_clock::time_point deadline_;
};

class SqliteDatabase final : public Database {
 public:
  explicit SqliteDatabase(std::string file) : file_(std::move(file)) {}

  std::unique_ptr<Connection> connect(bool read_only, int statement_limit_ms) override {
    return std::make_unique<SqliteConnection>(file_, read_only, false, statement_limit_ms);
  }
  std::string name() const override { return "sqlite"; }

  const Dialect& dialect() const override { return kSqlite; }

  void backup(const std::string& file) override {
    store_fault("store.backup");
    SqliteConnection from(file_, true, false, 0);
    sqlite3* target = nullptr;
    const int opened =
        sqlite3_open_v2(file.c_str(), &target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    const Handle owned(target);
    if (opened != SQLITE_OK)
      throw StoreError(kind_of(opened), "the backup " + file + " cannot be written");
    sqlite3_backup* copy = sqlite3_backup_init(target, "main", from.handle(), "main");
    if (copy == nullptr) fail(target, "backup to " + file);
    // All pages in one step: a backup in several steps starts again whenever the server commits,
    // and WAL readers do not hold up the writer.
    const int code = sqlite3_backup_step(copy, -1);
    sqlite3_backup_finish(copy);
    store_fault("store.backup_copied");
    if (code != SQLITE_DONE)
      throw StoreError(kind_of(code), "backup to " + file + ": " + sqlite3_errstr(code));
  }

 private:
  std::string file_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(const std::string& file, bool create) {
  count_no_memory();
  // SQLite would leave out without a word what stands behind the damage.
  if (const auto damage = log_damage(file + "-wal")) {
    throw StoreError(StoreErrorKind::kCorrupt, "the write-ahead log " + file + "-wal: " + *damage +
                                                   ": restore a backup with muster-server restore");
  }
  const SqliteConnection probe(file, false, create, 0);  // also sets WAL, which stays with the file
  return std::make_unique<SqliteDatabase>(file);
}

}  // namespace muster::server::store
