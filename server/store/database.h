// SPDX-License-Identifier: Apache-2.0
// The seam between Muster and a database: a Session is one connection, a Database makes them. One
// driver a database (sqlite.h; PostgreSQL is another file behind the same interface). SQL is one
// text for both: the common subset with ?1 placeholders, and {identity}, {bytes} in table
// definitions (Database::translate). Above this header nobody knows which database it is.
//
// Threads: a Session belongs to one thread at a time. Errors: StoreError, after which the
// transaction is over.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace muster::server {

enum class StoreErrorKind {
  kConflict,
  kBusy,
  kConnectionLost,
  kFull,
  kCorrupt,
  kInterrupted,
  kOther
};

class StoreError : public std::runtime_error {
 public:
  StoreError(StoreErrorKind error_kind, const std::string& message)
      : std::runtime_error(message), kind(error_kind) {}
  StoreErrorKind kind;
};

// Bytes, as opposed to text. Text must be valid UTF-8 without NUL: PostgreSQL stores no other.
struct Blob {
  std::string bytes;
};

// One value to bind; monostate is NULL. The constructors make call sites read: {id, name,
// std::nullopt}.
class SqlValue {
 public:
  using Variant = std::variant<std::monostate, std::int64_t, std::string, Blob>;
  SqlValue() = default;
  SqlValue(std::nullopt_t) {}                                         // NOLINT: implicit on purpose
  SqlValue(std::int64_t v) : value_(v) {}                             // NOLINT
  SqlValue(int v) : value_(static_cast<std::int64_t>(v)) {}           // NOLINT
  SqlValue(bool v) : value_(static_cast<std::int64_t>(v ? 1 : 0)) {}  // NOLINT
  SqlValue(std::string v) : value_(std::move(v)) {}                   // NOLINT
  SqlValue(std::string_view v) : value_(std::string(v)) {}            // NOLINT
  SqlValue(const char* v) : value_(std::string(v)) {}                 // NOLINT
  SqlValue(Blob v) : value_(std::move(v)) {}                          // NOLINT
  template <class T>
  SqlValue(const std::optional<T>& v) {  // NOLINT
    if (v) *this = SqlValue(*v);
  }
  const Variant& get() const { return value_; }

 private:
  Variant value_;
};

// One row of a result, valid until the callback that got it returns. Columns count from 0.
class ResultRow {
 public:
  virtual ~ResultRow() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;   // StoreError when NULL
  virtual std::string_view text(int column) const = 0;  // text or bytes; StoreError when NULL
  std::optional<std::int64_t> optional_integer(int column) const {
    return is_null(column) ? std::nullopt : std::optional(integer(column));
  }
  std::optional<std::string> optional_text(int column) const {
    return is_null(column) ? std::nullopt : std::optional(std::string(text(column)));
  }
};

class Session {
 public:
  using Each = std::function<void(const ResultRow&)>;
  using Values = std::vector<SqlValue>;
  virtual ~Session() = default;

  // Runs one statement (prepared once a session and kept) and calls `each` for each row of its
  // result. Returns the number of rows that it changed. `sql` must live as long as the session when
  // it is a constant, which it nearly always is; a text made at run time is found by its content.
  virtual std::int64_t run(std::string_view sql, const Values& values, const Each& each) = 0;
  // The same statement for many rows of values: a prepared loop here, a pipeline or unnest on
  // PostgreSQL.
  virtual void execute_many(std::string_view sql, const std::vector<Values>& rows) = 0;
  // Several statements without values or results: table definitions.
  virtual void run_script(const std::string& sql) = 0;

  virtual void begin(bool write) = 0;
  virtual void commit() = 0;    // durable when it returns
  virtual void rollback() = 0;  // never throws; ends the transaction whatever its state

  std::int64_t execute(std::string_view sql, const Values& values = {}) {
    return run(sql, values, [](const ResultRow&) {});
  }
  void query(std::string_view sql, const Values& values, const Each& each) {
    run(sql, values, each);
  }
  // The first column of the only row; nullopt without a row or when it is NULL.
  std::optional<std::int64_t> find_integer(std::string_view sql, const Values& values = {});
  std::optional<std::string> find_text(std::string_view sql, const Values& values = {});
};

class Database {
 public:
  virtual ~Database() = default;
  // A session that reads only stops a statement after `statement_limit_ms`
  // (StoreErrorKind::kInterrupted); 0: never.
  virtual std::unique_ptr<Session> connect(bool read_only, int statement_limit_ms) = 0;
  virtual std::string name() const = 0;  // "sqlite"
  // Table definitions in this database's words: replaces {identity} and {bytes}.
  virtual std::string translate(std::string_view ddl) const = 0;
  // A consistent copy into `file` while the server serves. StoreError when it cannot be written.
  virtual void backup(const std::string& file) = 0;
  // The columns of a table, by name; empty: no such table.
  virtual std::vector<std::string> columns(Session& session, const std::string& table) = 0;
};

}  // namespace muster::server
