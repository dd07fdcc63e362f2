// SPDX-License-Identifier: Apache-2.0
// muster-server backup FILE: a consistent copy of the database while the server serves. Keys and
// the side log are not in it: the side log exists so that a restored backup revives no revocation,
// and keys belong in a safer place than every backup.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ostream>

#include "common/support/exception_text.h"
#include "server/commands/commands.h"
#include "server/installation/data_directory.h"
#include "server/installation/data_owner.h"
#include "server/installation/database_file.h"
#include "server/store/fault.h"

namespace muster::server::commands {
namespace {

namespace fs = std::filesystem;

void check_target(const fs::path& target) {
  if (fs::exists(fs::symlink_status(target)))
    throw std::runtime_error("it exists already, and a backup replaces nothing");
  const fs::path folder = target.parent_path();
  if (!fs::is_directory(folder)) throw std::runtime_error("there is no folder " + folder.string());
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) != 0)
    throw std::runtime_error(system_error_text("cannot write into " + folder.string(), errno));
}

// Under another name until it is whole and was looked at.
installation::DatabaseFacts make(const installation::ServerConfig& config, const fs::path& part,
                                 const fs::path& target) {
  installation::open_database(config)->backup(part.string());
  store::store_fault("backup.copied");
  const installation::DatabaseFacts facts = installation::examine_database(part);
  installation::settle_database(part);
  store::store_fault("backup.settled");
  if (::link(part.c_str(), target.c_str()) != 0) throw std::runtime_error(std::strerror(errno));
  store::store_fault("backup.linked");
  installation::remove_database(part);
  store::store_fault("backup.unlinked");
  installation::sync_directory(target.parent_path());
  return facts;
}

int back_up(CommandContext& context) {
  const std::string file = context.invocation.required("FILE");
  if (context.config.is_postgres())
    installation::open_database(context.config)->backup(file);  // says how
  const fs::path target = fs::absolute(file);
  fs::path part = target;
  part += ".part";
  installation::DatabaseFacts facts;
  try {
    const installation::AsRoot as_root(target.parent_path());
    check_target(target);
    installation::remove_database(part);
    try {
      facts = make(context.config, part, target);
    } catch (const std::exception&) {
      installation::remove_database(part);
      throw;
    }
  } catch (const std::exception& failure) {
    throw std::runtime_error("no backup was made to " + target.string() + ": " +
                             exception_text(failure));
  }
  context.out << target.string() << ": " << installation::describe(facts) << "\n"
              << "Keep apart from it: " << context.config.authority_folder().string()
              << " (keys, once) and " << context.config.side_log_file().string()
              << " (stays where it is)\n";
  return kSucceeded;
}
}  // namespace

Command backup_command() {
  return {.spec = {"backup",
                   "copy the database while the server serves",
                   {{"FILE", Count::kOne, "where the copy goes; must not exist"}},
                   {},
                   {"muster-server backup /var/backups/muster.db"}},
          .run = back_up,
          .keeps_way_to_root = true};
}

}  // namespace muster::server::commands
