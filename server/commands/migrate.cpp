// SPDX-License-Identifier: Apache-2.0
// muster-server migrate --to DATABASE: moves the installation of this data directory from SQLite
// into an empty PostgreSQL database, all of it or nothing: one transaction, in which what arrived
// is counted and checked before it is committed. The SQLite database stays as it is.
#include <ostream>

#include "server/ca/authority_database.h"
#include "server/ca/authority_files.h"
#include "server/commands/commands.h"
#include "server/facts/section_tables.h"
#include "server/installation/check_invariants.h"
#include "server/installation/data_directory.h"
#include "server/store/move.h"
#include "server/store/postgres.h"
#include "server/store/store.h"

namespace muster::server::commands {
namespace {

void check_counts(store::Transaction& transaction, const std::vector<store::MovedTable>& tables) {
  for (const store::MovedTable& table : tables) {
    const auto rows = transaction.find_integer("SELECT COUNT(*) FROM \"" + table.name + '"');
    if (rows == table.rows) continue;
    throw std::runtime_error(table.name + " has " + std::to_string(rows.value_or(0)) +
                             " rows where " + std::to_string(table.rows) + " were moved");
  }
}

void check_content(store::Transaction& transaction) {
  for (const store::InvariantCheck& check : installation::check_invariants(transaction)) {
    if (check.ok()) continue;
    throw std::runtime_error("what was moved contradicts itself (" + check.what + ": " +
                             check.first + "); muster-server doctor tells more");
  }
}

void check_target(const installation::ServerConfig& config, const std::string& to) {
  if (config.is_postgres()) {
    throw std::runtime_error(
        "database in server.ini is PostgreSQL already; migrate moves from SQLite: run it before "
        "changing the setting");
  }
  if (!store::is_postgres_connection(to)) {
    throw std::runtime_error("--to is postgresql://USER@HOST/NAME or host=HOST dbname=NAME");
  }
  if (store::has_password(to)) {
    throw std::runtime_error(
        "others can read a password on the command line: put it into a file and name that as "
        "database_password_file in server.ini");
  }
}

void tell_moved(CommandContext& context, const std::string& to, std::int64_t rows) {
  const installation::ServerConfig& config = context.config;
  context.out << "moved: " << rows << " rows to " << store::shown_connection(to) << "\n"
              << "next:  in server.ini, database = " << to << ", then start the server\n"
              << "keep:  " << config.cluster_key_file().string()
              << ", without which the authority in the database is of no use\n"
              << "       " << config.database_file().string()
              << " stays as it was; changes from now on are in PostgreSQL only\n";
}

int move_to_postgres(CommandContext& context) {
  const installation::ServerConfig& config = context.config;
  const std::string target_text = context.invocation.required("--to");
  check_target(config, target_text);
  const installation::DataLock lock(config);
  store::Store source(installation::open_database(config), facts::with_section_tables(),
                      context.clock);
  store::Store target(installation::open_postgres(config, target_text),
                      facts::with_section_tables(), context.clock);
  const auto authority = ca::authority_in_folder(config.authority_folder());
  const std::vector<crypto::Authority> authorities = value_or_throw(authority->read());
  const std::vector<std::string> names = value_or_throw(authority->read_names());
  const ca::ClusterKey key =
      value_or_throw(ca::ClusterKey::load_or_make(config.cluster_key_file()));

  const std::unique_ptr<store::Connection> from = source.database().connect(true, 0);
  const std::unique_ptr<store::Connection> to = target.database().connect(false, 0);
  from->begin(false);
  to->begin(true);
  std::int64_t rows = 0;
  try {
    const std::vector<store::MovedTable> moved = store::move_tables(
        source.database(), *from, target.database(), *to, [&](const store::MovedTable& table) {
          context.out << table.name << ": " << table.rows << " rows\n" << std::flush;
        });
    context.out << "checking\n" << std::flush;
    check_counts(*to, moved);
    check_content(*to);
    for (const store::MovedTable& table : moved)
      rows += table.rows;
    ca::put_authority(*to, key, authorities, names, context.clock.now());
    to->commit();
  } catch (...) {
    to->rollback();
    throw;
  }
  from->rollback();
  tell_moved(context, target_text, rows);
  return kSucceeded;
}
}  // namespace

Command migrate_command() {
  return {.spec = {"migrate",
                   "move an installation from SQLite to PostgreSQL",
                   {},
                   {{.name = "--to",
                     .value = "DATABASE",
                     .help = "the empty PostgreSQL database: postgresql://USER@HOST/NAME, or "
                             "host=HOST dbname=NAME user=USER; its password comes from "
                             "database_password_file",
                     .is_required = true}},
                   {"muster-server migrate --to postgresql://muster@db.example.org/muster"}},
          .run = move_to_postgres};
}

}  // namespace muster::server::commands
