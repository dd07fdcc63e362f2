// SPDX-License-Identifier: Apache-2.0
// muster-server restore FILE: replaces the database with a backup. The copy is made,
// checked, brought to this program's version and reconciled with the side log beside the present
// database, which is replaced in one step at the end and kept under another name.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <ostream>

#include "common/support/exception_text.h"
#include "server/ca/enrolment.h"
#include "server/commands/commands.h"
#include "server/facts/section_tables.h"
#include "server/installation/check_invariants.h"
#include "server/installation/data_directory.h"
#include "server/installation/data_owner.h"
#include "server/installation/database_file.h"
#include "server/store/fault.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"

namespace muster::server::commands {
namespace {

namespace fs = std::filesystem;

void check_content(store::Store& store, const fs::path& file) {
  const std::unique_ptr<store::Connection> connection = store.database().connect(true, 0);
  connection->begin(false);
  for (const store::InvariantCheck& check : installation::check_invariants(*connection)) {
    if (check.ok()) continue;
    throw std::runtime_error(file.string() + " contradicts itself (" + check.what + ": " +
                             check.first + "); with --force it is restored all the same");
  }
  connection->commit();
}

// "muster.db.before-restore-20261123T081200.123Z"; never the name of one that is there already.
fs::path aside_name(const fs::path& database, Instant now) {
  std::string stamp = to_rfc3339(now);
  std::erase_if(stamp, [](char c) { return c == '-' || c == ':'; });
  const std::string name = database.string() + ".before-restore-" + stamp;
  fs::path free = name;
  for (int i = 2; fs::exists(free); ++i)
    free = name + '-' + std::to_string(i);
  return free;
}

// Beside the database, so that it can take its place by a rename; removed when it does not.
struct Copy {
  explicit Copy(const installation::ServerConfig& config)
      : file(config.database_file().string() + ".restoring") {
    installation::remove_database(file);
  }
  ~Copy() { installation::remove_database(file); }
  Copy(const Copy&) = delete;
  Copy& operator=(const Copy&) = delete;
  fs::path file;
};

// Opened as root where root named a file that the owner may not reach; written as the owner.
void copy_opened(const fs::path& source, const fs::path& copy) {
  std::ifstream in;
  {
    const installation::AsRoot as_root(source.parent_path());
    const fs::file_type type = fs::status(source).type();
    if (type == fs::file_type::directory) throw std::runtime_error("it is a folder, not a file");
    // A device or a pipe may have no end.
    if (type != fs::file_type::regular && type != fs::file_type::not_found)
      throw std::runtime_error("it is no regular file");
    errno = 0;
    in.open(source, std::ios::binary);
    if (!in) throw std::runtime_error(system_error_text("cannot open it", errno));
  }
  errno = 0;
  std::ofstream out(copy, std::ios::binary | std::ios::trunc);
  fs::permissions(copy, fs::perms::owner_read | fs::perms::owner_write);
  out << in.rdbuf();
  out.close();
  if (!in || !out)
    throw std::runtime_error(system_error_text("cannot copy it to " + copy.string(), errno));
}

bool is_there(const fs::path& file) {
  const installation::AsRoot as_root(file.parent_path());
  return fs::exists(file);
}

// Copied first: opening a database, even to look at it, may write beside it.
installation::DatabaseFacts examine_copy(const fs::path& source, const fs::path& copy) {
  try {
    copy_opened(source, copy);
    const fs::path log = source.string() + "-wal";
    if (is_there(log)) copy_opened(log, copy.string() + "-wal");
    store::store_fault("restore.copied");
    return installation::examine_database(copy);
  } catch (const std::exception& failure) {
    throw std::runtime_error(source.string() + " cannot be restored: " + exception_text(failure));
  }
}

void refuse_to_lose(const installation::ServerConfig& config,
                    const installation::DatabaseFacts& facts) {
  if (!fs::exists(config.database_file())) return;
  std::string present;
  try {
    const installation::DatabaseFacts now = installation::examine_database(config.database_file());
    if (!now.last_change || (facts.last_change && *now.last_change <= *facts.last_change)) return;
    present = installation::describe(now);
  } catch (const std::exception&) {
    return;  // damaged: this is what backups are for, and it is kept aside
  }
  throw std::runtime_error("the present database has changes that the backup has not (present: " +
                           present + "; backup: " + installation::describe(facts) +
                           "); with --force it is put aside and the backup takes its place");
}

std::int64_t prepare(CommandContext& context, const fs::path& copy,
                     const std::optional<std::string>& checked_name) {
  std::int64_t reconciled = 0;
  {
    const ca::SideLog side_log = value_or_throw(ca::SideLog::open(context.config.side_log_file()));
    store::Store store(store::open_sqlite(copy.string(), false), facts::with_section_tables(),
                       context.clock);
    reconciled = store.write_value<std::int64_t>(
        [&](store::Transaction& transaction) { return ca::reconcile(transaction, side_log); });
    if (checked_name) check_content(store, *checked_name);
    store::store_fault("restore.reconciled");
  }
  installation::settle_database(copy);
  return reconciled;
}

// A link first and one rename then, so that there is a database at every moment.
std::optional<fs::path> put_in_place(const installation::ServerConfig& config, const fs::path& copy,
                                     Instant now) {
  const fs::path database = config.database_file();
  std::optional<fs::path> aside;
  if (fs::exists(database)) {
    try {
      installation::settle_database(database);
    } catch (const store::StoreError&) {
      // Damaged: what stands in its log goes aside with it, below.
    }
    aside = aside_name(database, now);
    if (::link(database.c_str(), aside->c_str()) != 0) {
      throw std::runtime_error("cannot keep the database as " + aside->string() + ": " +
                               std::strerror(errno));
    }
    store::store_fault("restore.linked");
    for (const char* suffix : {"-wal", "-shm"}) {
      std::error_code none;
      fs::rename(database.string() + suffix, aside->string() + suffix, none);
    }
  }
  store::store_fault("restore.log_aside");
  fs::rename(copy, database);
  store::store_fault("restore.renamed");
  installation::sync_directory(config.data_directory);
  return aside;
}

int restore_database(CommandContext& context) {
  const std::string file = context.invocation.required("FILE");
  const bool is_forced = context.invocation.has("--force");
  const installation::ServerConfig& config = context.config;
  if (config.is_postgres()) {
    throw std::runtime_error(
        "a PostgreSQL database is restored by its own tools: stop every server, createdb an "
        "empty "
        "database (docs/operate.md), pg_restore --dbname=... " +
        file +
        ", then start every server: each brings back the revocations and the uses of join "
        "tokens that its side log " +
        config.side_log_file().string() + " knows");
  }
  const fs::path source = fs::absolute(file);
  if (!fs::exists(config.authority_folder() / "ca.pem")) {
    throw std::runtime_error(
        "there is no installation in " + config.data_directory.string() +
        ": put the folder ca and the side log of the old one there first; without its authority "
        "no agent would believe this server");
  }
  const installation::DataLock lock(config);
  const Copy copy(config);
  const installation::DatabaseFacts facts = examine_copy(source, copy.file);
  if (!is_forced) refuse_to_lose(config, facts);
  store::store_fault("restore.examined");
  const std::int64_t reconciled =
      prepare(context, copy.file, is_forced ? std::nullopt : std::optional(file));
  store::store_fault("restore.settled");
  const auto aside = put_in_place(config, copy.file, context.clock.now());
  context.out << "restored: " << installation::describe(facts) << "\n";
  if (reconciled > 0) {
    context.out << "brought back from the side log: " << reconciled
                << " revocations and uses of join tokens\n";
  }
  if (aside) context.out << "the database before it: " << aside->string() << "\n";
  context.out << "Agents report again by themselves; the span between the backup and now is "
                 "shown as a gap.\n";
  return kSucceeded;
}
}  // namespace

Command restore_command() {
  return {.spec = {"restore",
                   "replace the database with a backup",
                   {{"FILE", Count::kOne, "a file that muster-server backup has made"}},
                   {{"--force", "",
                     "also when the present database has changes that the backup has not"}},
                   {"muster-server restore /var/backups/muster.db"}},
          .run = restore_database,
          .keeps_way_to_root = true};
}

}  // namespace muster::server::commands
