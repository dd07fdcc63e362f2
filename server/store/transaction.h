// SPDX-License-Identifier: Apache-2.0
// What callers of the store hold: a Transaction, which takes statements with values and gives rows.
// SQL is one text for both databases: the common subset with ?1 placeholders, and {identity},
// {bytes} in table definitions (dialect.h has what differs). Above this header nobody knows which
// database it is.
//
// Threads: a Transaction belongs to one thread at a time. Errors: StoreError, after which the
// transaction is over on every database: until it is rolled back each further statement fails. Text
// with NUL or invalid UTF-8 is refused before any database sees it (Error 422 invalid_text), since
// one would cut it and another refuse it.
#pragma once
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace muster::server::store {

enum class StoreErrorKind {
  kConflict,        // a constraint, or two transactions in each other's way
  kBusy,            // could not acquire a lock in time
  kConnectionLost,  // no connection, or none any more; during commit(): whether it is done is
                    // unknown
  kFull,
  kNotSynced,  // the disk did not confirm: what it holds is unknown until the process is restarted
  kCorrupt,
  kInterrupted,  // the statement took longer than the connection's limit
  kOther
};

class StoreError : public std::runtime_error {
 public:
  StoreError(StoreErrorKind error_kind, const std::string& message)
      : std::runtime_error(message), kind(error_kind) {}
  StoreErrorKind kind;
};

// Bytes, as opposed to text.
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

// What every driver asks of a value before it binds it; throws Error 422 invalid_text.
void require_storable(std::string_view text);

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

// Begin and end are not its own: they are the store's (store.h), or those of whoever has the
// Connection.
class Transaction {
 public:
  using Each = std::function<void(const ResultRow&)>;
  using Values = std::vector<SqlValue>;
  virtual ~Transaction() = default;

  // Runs one statement (prepared once a connection and kept) and calls `each` for each row of its
  // result. Returns the number of rows that it changed. `sql` must live as long as the connection
  // when it is a constant, which it nearly always is; a text made at run time is found by its
  // content.
  virtual std::int64_t run(std::string_view sql, const Values& values, const Each& each) = 0;
  // The same statement for many rows of values, in few round trips: a prepared loop on SQLite, a
  // pipeline on PostgreSQL.
  virtual void execute_many(std::string_view sql, const std::vector<Values>& rows) = 0;
  // The same for a statement with results: `each` gets the number of the row of values and a row of
  // its result.
  using EachOfMany = std::function<void(std::size_t, const ResultRow&)>;
  virtual void query_many(std::string_view sql, const std::vector<Values>& rows,
                          const EachOfMany& each) {
    for (std::size_t i = 0; i < rows.size(); ++i)
      run(sql, rows[i], [&](const ResultRow& row) { each(i, row); });
  }
  // A statement whose result nobody looks at: it may travel with the next one, or with the commit,
  // and its error then comes from there. Within a transaction only.
  virtual void execute_later(std::string_view sql, const Values& values) { execute(sql, values); }
  // Like run, in bounded memory whatever the size of the result; `each` runs no other statement.
  virtual void scan(std::string_view sql, const Values& values, const Each& each) {
    run(sql, values, each);
  }
  // Several statements without values or results: table definitions.
  virtual void run_script(const std::string& sql) = 0;

  std::int64_t execute(std::string_view sql, const Values& values = {}) {
    return run(sql, values, [](const ResultRow&) {});
  }
  void query(std::string_view sql, const Values& values, const Each& each) {
    run(sql, values, each);
  }
  // The first column of the only row; nullopt without a row or when it is NULL.
  std::optional<std::int64_t> find_integer(std::string_view sql, const Values& values = {});
  std::optional<std::string> find_text(std::string_view sql, const Values& values = {});

  // The number of the connection that this runs on, and of no other one while the process lives.
  // With another connection the database may be another: a replica that never had what was read or
  // committed here.
  std::uint64_t connection_number() const { return connection_number_; }

 protected:
  explicit Transaction(std::uint64_t connection_number) : connection_number_(connection_number) {}

 private:
  std::uint64_t connection_number_;
};

}  // namespace muster::server::store
