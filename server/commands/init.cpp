// SPDX-License-Identifier: Apache-2.0
// muster-server init: makes an installation in an empty data directory. The first administrator is
// made last, in one transaction: an installation is initialised when it has one, so that an init
// that was interrupted, or whose password was refused, is simply run again.
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <istream>
#include <optional>
#include <ostream>

#include "common/support/exception_text.h"
#include "common/support/file.h"
#include "common/support/shell.h"
#include "common/support/system_user.h"
#include "common/support/text.h"
#include "server/ca/authority.h"
#include "server/ca/cluster_key.h"
#include "server/ca/side_log.h"
#include "server/commands/commands.h"
#include "server/facts/section_tables.h"
#include "server/installation/data_directory.h"
#include "server/installation/data_owner.h"
#include "server/people/passwords.h"
#include "server/people/users.h"
#include "server/store/fault.h"
#include "server/store/postgres.h"
#include "server/store/store.h"

namespace muster::server::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPasswordBytes = 4096;
constexpr const char* kPackagedUnit = "/lib/systemd/system/muster-server.service";
constexpr std::string_view kCountUsers = "SELECT COUNT(*) FROM users";

// The first line, without its end.
std::string read_password(std::istream& in) {
  std::string line;
  for (char c = 0; in.get(c) && c != '\n';) {
    line.push_back(c);
    if (line.size() > kPasswordBytes) {
      throw std::runtime_error("the password on standard input is longer than 4096 bytes");
    }
  }
  if (line.ends_with('\r')) line.pop_back();
  if (line.empty()) throw std::runtime_error("there is no password on standard input");
  return line;
}

// The folder that the packaged unit serves from is the unit's user's, whoever makes it.
std::optional<SystemUser> user_for(const fs::path& directory) {
  if (::geteuid() != 0 || directory != installation::ServerConfig().data_directory)
    return std::nullopt;
  return find_system_user(installation::kServiceUser);
}

void make_data_directory(const fs::path& directory) {
  const std::optional<SystemUser> user = user_for(directory);
  if (::mkdir(directory.c_str(), 0700) == 0) {
    if (user && ::lchown(directory.c_str(), user->number, user->group) != 0) {
      throw std::runtime_error(system_error_text(
          "cannot give " + directory.string() + " to " + std::string(installation::kServiceUser),
          errno));
    }
    return;
  }
  if (errno != EEXIST)
    throw std::runtime_error(system_error_text("cannot create " + directory.string(), errno));
  struct stat status = {};
  if (::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    throw std::runtime_error(directory.string() + " is not a directory");
  }
  if (user && status.st_uid == 0) {
    throw std::runtime_error(directory.string() + " belongs to root, and the service runs as " +
                             installation::kServiceUser + ": run chown -R " +
                             installation::kServiceUser + ": " + shell_quoted(directory.string()) +
                             ", then this again");
  }
  if ((status.st_mode & 077U) != 0) {
    throw std::runtime_error("others can reach " + directory.string() +
                             ", which will hold keys: run chmod 700 " +
                             shell_quoted(directory.string()));
  }
}

// What an interrupted init made is used; the names given now count.
ca::CertificateAuthority make_authority(const installation::ServerConfig& config,
                                        store::Store& store, const std::vector<std::string>& names,
                                        Instant now) {
  if (config.is_postgres()) value_or_throw(ca::ClusterKey::load_or_make(config.cluster_key_file()));
  const auto storage = installation::authority_storage(config, store);
  const fs::path folder = config.authority_folder();
  if (value_or_throw(storage->read()).empty()) {
    return value_or_throw(ca::CertificateAuthority::init(folder, storage, names, now));
  }
  value_or_throw(make_private_folder(folder));
  ca::CertificateAuthority authority =
      value_or_throw(ca::CertificateAuthority::load(folder, storage));
  value_or_throw(authority.set_public_names(names));
  value_or_throw(authority.renew_server_certificates(now));
  return authority;
}

std::int64_t count_users(store::Store& store) {
  return store.read_value<std::int64_t>([](store::Transaction& transaction) {
    return transaction.find_integer(kCountUsers).value_or(0);
  });
}

Result<Done> make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directory(folder, error);
  if (error) {
    return Failure{FailureKind::kIo, "cannot create " + folder.string() + ": " + error.message()};
  }
  return Done{};
}

// What each server has for itself.
void make_own_files(const installation::ServerConfig& config) {
  const ca::SideLog side_log = value_or_throw(ca::SideLog::open(config.side_log_file()));
  value_or_throw(make_folder(config.data_directory / "downloads"));
}

std::string next_step(const CommandContext& context) {
  const fs::path& directory = context.config.data_directory;
  std::error_code none;
  return installation::start_command({.owner = installation::owner_of(directory).value_or(""),
                                      .data_directory = directory.string(),
                                      .config_file = context.config.config_file,
                                      .is_packaged = fs::exists(kPackagedUnit, none),
                                      .runs_systemd = fs::exists("/run/systemd/system", none)});
}

void report(CommandContext& context, const ca::CertificateAuthority& authority,
            const std::string& admin) {
  std::string names;
  for (const std::string& name : authority.public_names()) {
    names += (names.empty() ? "" : ", ") + name;
  }
  context.out << "data directory:  " << context.config.data_directory.string() << "\n"
              << "public names:    " << names << "\n"
              << "authority's key: " << authority.spki_pin(context.clock.now()) << "\n"
              << "administrator:   " << admin << "\n"
              << "database:        "
              << (context.config.is_postgres() ? store::shown_connection(context.config.database)
                                               : context.config.database_file().string())
              << "\n"
              << "owner:           "
              << installation::owner_of(context.config.data_directory).value_or("unknown") << "\n"
              << "next:            " << next_step(context) << "\n";
  if (!context.config.is_postgres()) return;
  context.out << "keep safe:       " << context.config.cluster_key_file().string()
              << ", without which no server can use the authority in the database; the other "
                 "servers need a copy\n";
}

int join(CommandContext& context) {
  const installation::ServerConfig& config = context.config;
  const Invocation& invocation = context.invocation;
  if (invocation.has("--admin") || invocation.has("--password-stdin") ||
      invocation.has("--public-name")) {
    context.error << "muster-server: --join takes nothing else: accounts and names are those of "
                     "the installation\n";
    return kWrongUsage;
  }
  if (!config.is_postgres()) {
    throw std::runtime_error(
        "--join is for installations on PostgreSQL: set database in server.ini; one SQLite "
        "database serves one server");
  }
  make_data_directory(config.data_directory);
  installation::work_as_owner(config.data_directory, true);
  const installation::DataLock lock(config);
  store::Store store(installation::open_database(config), facts::with_section_tables(),
                     context.clock);
  if (count_users(store) == 0) {
    throw std::runtime_error("the installation in the database " +
                             store::shown_connection(config.database) +
                             " is not finished: run muster-server init on its first server");
  }
  const auto storage = installation::authority_storage(config, store);
  value_or_throw(make_private_folder(config.authority_folder()));
  ca::CertificateAuthority authority =
      value_or_throw(ca::CertificateAuthority::load(config.authority_folder(), storage));
  value_or_throw(authority.renew_server_certificates(context.clock.now()));
  make_own_files(config);
  report(context, authority, "as before");
  return kSucceeded;
}

void make_admin(CommandContext& context, store::Store& store, const std::string& admin,
                const std::string& password) {
  people::Passwords passwords;
  const people::NewUser user{.name = admin,
                             .role = people::Role::kAdmin,
                             .password = passwords.hash_new(password, admin),
                             .must_change_password = false};
  store.write([&](store::Transaction& transaction) {
    people::create_user(transaction, context.clock.now(), {.name = "muster-server init"}, user);
  });
}

int initialise(CommandContext& context) {
  const installation::ServerConfig& config = context.config;
  const Invocation& invocation = context.invocation;
  if (invocation.has("--join")) return join(context);
  const std::vector<std::string> public_names = invocation.all("--public-name");
  if (!invocation.has("--admin") || !invocation.has("--password-stdin") || public_names.empty()) {
    context.error << "muster-server: init needs --admin NAME, --password-stdin and --public-name "
                     "NAME (or --join)\n";
    return kWrongUsage;
  }
  const std::string admin = people::checked_user_name(invocation.required("--admin"));
  const std::string password = read_password(context.in);
  people::check_new_password(password, admin);
  make_data_directory(config.data_directory);
  installation::work_as_owner(config.data_directory, true);
  store::store_fault("init.folder");
  const installation::DataLock lock(config);
  store::Store store(installation::make_database(config), facts::with_section_tables(),
                     context.clock);
  if (count_users(store) > 0) {
    throw std::runtime_error(
        config.is_postgres()
            ? "the database " + store::shown_connection(config.database) +
                  " holds an installation already, which was left as it is; --join makes one "
                  "more server of it"
            : "the installation in " + config.data_directory.string() +
                  " is there already and was left as it is; to begin anew, remove the "
                  "directory, which ends the trust of every agent");
  }
  const ca::CertificateAuthority authority =
      make_authority(config, store, public_names, context.clock.now());
  store::store_fault("init.authority");
  make_own_files(config);
  store::store_fault("init.side_log");
  make_admin(context, store, admin, password);
  report(context, authority, admin);
  return kSucceeded;
}
}  // namespace

Command init_command() {
  return {
      .spec = {"init",
               "make a new installation",
               {},
               {{"--admin", "NAME", "the first administrator"},
                {"--password-stdin", "",
                 "read the administrator's password from the first line of standard input"},
                {"--public-name", "NAME",
                 "DNS name or IP address under which agents and people reach this server (may "
                 "be repeated; the first one goes into join codes)"},
                {"--join", "",
                 "make one more server of an installation on PostgreSQL; cluster.key of its "
                 "first server must be in the data directory"}},
               {"muster-server init --admin ana --password-stdin --public-name cmdb.example.org"}},
      .run = initialise};
}

}  // namespace muster::server::commands
