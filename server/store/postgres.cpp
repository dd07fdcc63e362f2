// SPDX-License-Identifier: Apache-2.0
#include "server/store/postgres.h"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "common/support/text.h"
#include "server/store/postgres_connection.h"

namespace muster::server::store {
namespace {

// How long a connection may take to be made, to each host; and when a peer that says nothing counts
// as gone. The administrator's connection text goes before these.
constexpr std::pair<const char*, const char*> kDefaults[] = {
    {"connect_timeout", "4"},
    {"keepalives_idle", "5"},
    {"keepalives_interval", "2"},
    {"keepalives_count", "3"},
    {"tcp_user_timeout", "10000"},  // ms
    {"target_session_attrs", "read-write"},
    {"fallback_application_name", "muster-server"},
};

// The same from the server's side, so that a Muster that vanished or stands still (SIGSTOP) gives
// back the lock on writing. All of it is asked of a session, nothing of the server's configuration.
constexpr const char* kSettings =
    "SET client_encoding = 'UTF8'; SET standard_conforming_strings = on; "
    "SET search_path = public, pg_temp; SET client_min_messages = warning; SET TimeZone = 'UTC'";
// Where a system has them (name, value); what it does not know is left out.
struct OptionalSetting {
  const char* name;
  const char* writer;
  const char* reader;
};
constexpr OptionalSetting kOptionalSettings[] = {
    {"jit", "off", "off"},  // costs more than it saves on statements of milliseconds
    {"tcp_keepalives_idle", "5", "5"},
    {"tcp_keepalives_interval", "2", "2"},
    {"tcp_keepalives_count", "3", "3"},
    {"tcp_user_timeout", "10000", "10000"},
    {"idle_in_transaction_session_timeout", "15000", "120000"},
    {"default_transaction_read_only", "off", "on"},
};

struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PgResult = std::unique_ptr<PGresult, ClearResult>;
struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
using PgConn = std::unique_ptr<PGconn, CloseConnection>;
struct FreeOptions {
  void operator()(PQconninfoOption* options) const { PQconninfoFree(options); }
};
using ConnectionOptions = std::unique_ptr<PQconninfoOption, FreeOptions>;

[[noreturn]] void unreachable(const PGconn* connection) {
  throw StoreError(
      StoreErrorKind::kConnectionLost,
      "the database cannot be reached: " + std::string(trim(PQerrorMessage(connection))));
}

[[noreturn]] void unusable(const std::string& why) {
  throw StoreError(StoreErrorKind::kOther, "the PostgreSQL database cannot be used: " + why);
}

PgResult checked(const PgConn& connection, PGresult* raw, const std::string& what) {
  PgResult result(raw);
  if (PQresultStatus(result.get()) != PGRES_FATAL_ERROR) return result;
  const char* sqlstate = PQresultErrorField(result.get(), PG_DIAG_SQLSTATE);
  if (sqlstate == nullptr) unreachable(connection.get());
  throw StoreError(postgres_error_kind(sqlstate),
                   what + ": " + std::string(trim(PQresultErrorMessage(result.get()))));
}

std::string text_of(const PgConn& connection, const char* sql) {
  const PgResult result = checked(connection, PQexec(connection.get(), sql), sql);
  return PQntuples(result.get()) == 0 ? "" : PQgetvalue(result.get(), 0, 0);
}

std::string read_password(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  if (!in || !std::getline(in, line)) {
    throw StoreError(StoreErrorKind::kOther,
                     "the password of the database cannot be read from " + file);
  }
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

ConnectionOptions parse(const std::string& connection) {
  char* message = nullptr;
  ConnectionOptions options(PQconninfoParse(connection.c_str(), &message));
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, &PQfreemem);
  // libpq's message may quote what it could not read, password and all.
  if (options == nullptr) {
    throw StoreError(StoreErrorKind::kOther,
                     "database is no connection text of libpq: postgresql://USER@HOST/NAME, or "
                     "host=HOST dbname=NAME user=USER");
  }
  return options;
}

void apply_settings(const PgConn& connection, bool read_only, int statement_limit_ms,
                    int lock_limit_ms) {
  checked(connection, PQexec(connection.get(), kSettings), "settings");
  std::string chosen = "CASE name";
  std::string names;
  for (const OptionalSetting& setting : kOptionalSettings) {
    chosen += std::string(" WHEN '") + setting.name + "' THEN '" +
              (read_only ? setting.reader : setting.writer) + '\'';
    names += std::string(names.empty() ? "'" : ", '") + setting.name + '\'';
  }
  const std::string optional = "SELECT set_config(name, " + chosen +
                               " END, false) FROM pg_settings WHERE name IN (" + names + ")";
  checked(connection, PQexec(connection.get(), optional.c_str()), "settings");
  // A commit must be on the disk, and on the synchronous replicas where the server has some:
  // off and local would lose what agents were told is kept, remote_write may. Set in any case: what
  // is only inherited goes along when the server's configuration is changed and read again.
  const bool is_more = text_of(connection, "SHOW synchronous_commit") == "remote_apply";
  checked(connection,
          PQexec(connection.get(),
                 is_more ? "SET synchronous_commit = remote_apply" : "SET synchronous_commit = on"),
          "settings");
  const std::string limits = "SET lock_timeout = " + std::to_string(lock_limit_ms) +
                             "; SET statement_timeout = " + std::to_string(statement_limit_ms);
  checked(connection, PQexec(connection.get(), limits.c_str()), "settings");
}

class PostgresDatabase final : public Database {
 public:
  explicit PostgresDatabase(PostgresOptions options) : options_(std::move(options)) {}

  std::unique_ptr<Connection> connect(bool read_only, int statement_limit_ms) override {
    PgConn connection = open();
    apply_settings(connection, read_only, statement_limit_ms, options_.lock_limit_ms);
    return std::make_unique<PostgresConnection>(connection.release(), read_only);
  }
  std::string name() const override { return "postgresql"; }
  const Dialect& dialect() const override { return kPostgres; }
  void backup(const std::string&) override {
    throw StoreError(StoreErrorKind::kOther,
                     "a PostgreSQL database is backed up by its own tools: pg_dump --format=custom "
                     "--file=muster.dump " +
                         shown_connection(options_.connection) +
                         ", or continuous archiving (pg_basebackup and WAL)");
  }

  void check() const {
    const PgConn connection = open();
    if (PQserverVersion(connection.get()) < 130000) unusable("version 13 or newer is needed");
    if (text_of(connection, "SHOW server_encoding") != "UTF8" ||
        text_of(connection,
                "SELECT CASE WHEN 'B' < 'a' AND lower('\xC4\x8C') = '\xC4\x8C' "
                "THEN 1 ELSE 0 END") != "1") {
      unusable(
          "its text must be UTF-8 and compare bytewise, so that every list has one order; make it "
          "anew with createdb --template=template0 --encoding=UTF8 --locale=C --owner=" +
          std::string(PQuser(connection.get())) + " " + PQdb(connection.get()));
    }
    if (!options_.accept_no_fsync &&
        text_of(connection, "SELECT setting FROM pg_settings WHERE name = 'fsync'") == "off") {
      unusable(
          "the server runs with fsync = off, so that a power cut loses what agents were told is "
          "kept; set it to on and restart PostgreSQL");
    }
    make_write_lock(connection);
  }

 private:
  PgConn open() const {
    std::vector<const char*> names, values;
    const auto add = [&](const char* name, const char* value) {
      names.push_back(name);
      values.push_back(value);
    };
    for (const auto& [name, value] : kDefaults)
      add(name, value);
    add("dbname", options_.connection.c_str());  // expanded: overrides what stands before it
    const std::string password =
        options_.password_file.empty() ? "" : read_password(options_.password_file);
    if (!password.empty()) add("password", password.c_str());
    add("client_encoding", "UTF8");
    add(nullptr, nullptr);
    PgConn connection(PQconnectdbParams(names.data(), values.data(), 1));
    if (connection == nullptr) throw std::bad_alloc();
    if (PQstatus(connection.get()) != CONNECTION_OK) unreachable(connection.get());
    PQsetErrorVerbosity(connection.get(), PQERRORS_TERSE);
    return connection;
  }

  // The one row that every writing transaction locks first. Two servers may come here at once.
  static void make_write_lock(const PgConn& connection) {
    if (!text_of(connection, "SELECT to_regclass('public.write_lock')").empty()) return;
    constexpr const char* kMake =
        "CREATE TABLE IF NOT EXISTS public.write_lock (only_row BIGINT PRIMARY KEY); "
        "INSERT INTO public.write_lock (only_row) VALUES (1) ON CONFLICT (only_row) DO NOTHING";
    const PgResult first(PQexec(connection.get(), kMake));
    if (PQresultStatus(first.get()) == PGRES_COMMAND_OK) return;
    checked(connection, PQexec(connection.get(), kMake), "the database cannot be prepared");
  }

  PostgresOptions options_;
};

}  // namespace

bool is_postgres_connection(std::string_view text) {
  return text.starts_with("postgresql://") || text.starts_with("postgres://") ||
         text.find('=') != std::string_view::npos;
}

bool has_password(const std::string& connection) {
  const ConnectionOptions options = parse(connection);
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    const std::string_view keyword = option->keyword;
    if ((keyword == "password" || keyword == "sslpassword") && option->val != nullptr) return true;
  }
  return false;
}

std::string shown_connection(const std::string& connection) {
  constexpr std::array<std::string_view, 4> kShown = {"host", "port", "dbname", "user"};
  const ConnectionOptions options = parse(connection);
  std::string out;
  for (const std::string_view wanted : kShown) {
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
      if (option->keyword != wanted || option->val == nullptr) continue;
      out += (out.empty() ? "" : " ") + std::string(wanted) + '=' + printable(option->val);
    }
  }
  return out;
}

std::unique_ptr<Database> open_postgres(const PostgresOptions& options) {
  parse(options.connection);
  auto database = std::make_unique<PostgresDatabase>(options);
  database->check();
  return database;
}

}  // namespace muster::server::store
