// SPDX-License-Identifier: Apache-2.0
// muster-server init: makes an installation in an empty data directory. The first administrator is
// made last, in one transaction: an installation is initialised when it has one, so that an init
// that was interrupted, or whose password was refused, is simply run again.
#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstring>
#include <istream>
#include <ostream>

#include "common/support/text.h"
#include "server/ca/authority.h"
#include "server/ca/side_log.h"
#include "server/commands/commands.h"
#include "server/commands/data_directory.h"
#include "server/people/passwords.h"
#include "server/people/users.h"
#include "server/store/fault.h"
#include "server/store/sqlite.h"
#include "server/store/store.h"

namespace muster::server {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPasswordBytes = 4096;
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

void make_data_directory(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) return;
  if (errno != EEXIST) {
    throw std::runtime_error("cannot create " + directory.string() + ": " + std::strerror(errno));
  }
  struct stat status = {};
  if (::stat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    throw std::runtime_error(directory.string() + " is not a directory");
  }
  if ((status.st_mode & 077U) != 0) {
    throw std::runtime_error("others can reach " + directory.string() +
                             ", which will hold keys: run chmod 700 " + directory.string());
  }
}

// What an interrupted init made is used; the names given now count.
CertificateAuthority make_authority(const ServerConfig& config,
                                    const std::vector<std::string>& names, Instant now) {
  const fs::path folder = config.authority_folder();
  if (!fs::exists(folder / "ca.pem")) {
    return value_or_throw(CertificateAuthority::init(folder, names, now));
  }
  CertificateAuthority authority = value_or_throw(CertificateAuthority::load(folder));
  value_or_throw(authority.set_public_names(names));
  value_or_throw(authority.renew_server_certificates(now));
  return authority;
}

class InitCommand final : public Command {
 public:
  std::string_view name() const override { return "init"; }
  std::string_view summary() const override { return "Make a new installation"; }

  void set_up(CLI::App& subcommand, ServerFlags&) override {
    subcommand.add_option("--admin", admin_, "Name of the first administrator")->required();
    subcommand
        .add_flag("--password-stdin", password_stdin_,
                  "Read the administrator's password from the first line of standard input")
        ->required();
    subcommand
        .add_option(
            "--public-name", public_names_,
            "DNS name or IP address under which agents and people reach this server; may be "
            "given again, the first one goes into join codes")
        ->required();
  }

  int run(CommandContext& context) override {
    const ServerConfig& config = context.config;
    const std::string admin = checked_user_name(admin_);
    const std::string password = read_password(context.in);
    check_new_password(password, admin);
    make_data_directory(config.data_directory);
    store_fault("init.folder");
    const DataLock lock(config);
    Store store(open_sqlite(config.database_file().string(), true), {}, context.clock);
    if (store.read_value<std::int64_t>(
            [](Session& session) { return session.find_integer(kCountUsers).value_or(0); }) > 0) {
      throw std::runtime_error("the installation in " + config.data_directory.string() +
                               " is there already and was left as it is; to begin anew, remove the "
                               "directory, which ends the trust of every agent");
    }
    const CertificateAuthority authority =
        make_authority(config, public_names_, context.clock.now());
    store_fault("init.authority");
    const SideLog side_log = value_or_throw(SideLog::open(config.side_log_file()));
    value_or_throw(tls_folder(config.data_directory / "downloads"));
    store_fault("init.side_log");
    make_admin(context, store, admin, password);
    report(context, authority, admin);
    return kSucceeded;
  }

 private:
  static Result<Done> tls_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directory(folder, error);
    if (error) {
      return Failure{FailureKind::kIo, "cannot create " + folder.string() + ": " + error.message()};
    }
    return Done{};
  }

  static void make_admin(CommandContext& context, Store& store, const std::string& admin,
                         const std::string& password) {
    Passwords passwords;
    const NewUser user{.name = admin,
                       .role = Role::kAdmin,
                       .password = passwords.hash_new(password, admin),
                       .must_change_password = false};
    store.write([&](Session& session) {
      create_user(session, context.clock.now(), {.name = "muster-server init"}, user);
    });
  }

  static void report(CommandContext& context, const CertificateAuthority& authority,
                     const std::string& admin) {
    std::string names;
    for (const std::string& name : authority.public_names()) {
      names += (names.empty() ? "" : ", ") + name;
    }
    context.out << "data directory:  " << context.config.data_directory.string() << "\n"
                << "public names:    " << names << "\n"
                << "authority's key: " << authority.spki_pin(context.clock.now()) << "\n"
                << "administrator:   " << admin << "\n"
                << "next:            muster-server serve --data "
                << context.config.data_directory.string() << "\n";
  }

  std::string admin_;
  bool password_stdin_ = false;
  std::vector<std::string> public_names_;
};

}  // namespace

std::unique_ptr<Command> init_command() {
  return std::make_unique<InitCommand>();
}

}  // namespace muster::server
