// SPDX-License-Identifier: Apache-2.0
// muster-server doctor: looks at everything an installation stands on, says what it has looked at,
// and changes nothing; the server may be serving. Exit code 1 when anything is wrong.
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <ostream>

#include "common/support/text.h"
#include "common/tls/file.h"
#include "server/ca/authority.h"
#include "server/ca/side_log.h"
#include "server/commands/commands.h"
#include "server/commands/data_directory.h"
#include "server/commands/database_file.h"
#include "server/ingest/check_invariants.h"
#include "server/store/migrations.h"
#include "server/store/postgres.h"
#include "server/store/store.h"

namespace muster::server {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLeastFreeBytes = 512ULL * 1024 * 1024;
constexpr std::uintmax_t kMebibyte = 1024ULL * 1024;

class Examination {
 public:
  explicit Examination(CommandContext& context)
      : context_(context), config_(context.config), now_(context.clock.now()) {}

  int run() {
    check("data directory", [&] { return data_directory(); });
    check("disk space", [&] { return disk_space(); });
    check("certificate authority", [&] { return authority(); });
    check("agents' certificate",
          [&] { return certificate(config_.authority_folder() / "agents.pem"); });
    check("people's certificate", [&] {
      return config_.people_certificate.empty()
                 ? certificate(config_.authority_folder() / "people.pem")
                 : certificate(config_.people_certificate);
    });
    check("side log", [&] { return side_log(); });
    check("database", [&] { return database(); });
    if (database_ != nullptr) {
      check("clock", [&] { return clock(); });
      content();
    }
    context_.out << (failures_ == 0 ? "everything is well\n"
                                    : std::to_string(failures_) + " checks FAILED\n");
    return failures_ == 0 ? kSucceeded : kFailed;
  }

 private:
  void tell(std::string_view what, bool ok, std::string_view detail) {
    if (!ok) ++failures_;
    context_.out << (ok ? "ok      " : "FAILED  ") << what
                 << (detail.empty() ? "" : ": " + printable(detail)) << "\n";
  }
  // `look` returns what it found, or throws what is wrong.
  template <class Look>
  void check(std::string_view what, Look look) {
    try {
      tell(what, true, look());
    } catch (const std::exception& failure) {
      tell(what, false, failure.what());
    }
  }

  std::string data_directory() const {
    struct stat status = {};
    if (::stat(config_.data_directory.c_str(), &status) != 0) {
      throw std::runtime_error(config_.data_directory.string() +
                               " is not there; name another one with --data");
    }
    if ((status.st_mode & 077U) != 0) {
      throw std::runtime_error("others can reach " + config_.data_directory.string() +
                               ", which holds keys: run chmod 700");
    }
    if (status.st_uid != ::geteuid()) {
      throw std::runtime_error(config_.data_directory.string() + " belongs to user number " +
                               std::to_string(status.st_uid) + "; run this as that user");
    }
    return config_.data_directory.string();
  }

  std::string disk_space() const {
    const std::uintmax_t free = fs::space(config_.data_directory).available;
    const std::string text = std::to_string(free / kMebibyte) + " MiB free";
    if (free < kLeastFreeBytes) {
      throw std::runtime_error(text + "; make room before the database cannot grow");
    }
    return text;
  }

  std::string authority() const {
    std::unique_ptr<Store> store;
    if (config_.is_postgres()) {
      store = std::make_unique<Store>(open_database(config_), StoreOptions{.migrate = false},
                                      context_.clock);
    }
    const CertificateAuthority authority = value_or_throw(
        store == nullptr ? CertificateAuthority::load(config_.authority_folder())
                         : CertificateAuthority::load(config_.authority_folder(),
                                                      authority_storage(config_, *store)));
    value_or_throw(authority.cacerts(now_));
    Instant until{0};
    for (const tls::Certificate& one : authority.trusted(now_)) {
      until = std::max(until, one.fields().not_after);
    }
    return "until " + to_rfc3339(until);
  }

  std::string certificate(const fs::path& file) const {
    const auto chain =
        value_or_throw(tls::certificates_from_pem(value_or_throw(tls::read_file(file))));
    const tls::CertificateFields& fields = chain.front().fields();
    if (now_ < fields.not_before || now_ >= fields.not_after) {
      throw std::runtime_error(file.string() + " holds from " + to_rfc3339(fields.not_before) +
                               " to " + to_rfc3339(fields.not_after) +
                               ", which is not now; a running server renews its own");
    }
    return "until " + to_rfc3339(fields.not_after);
  }

  // Read and not opened, which a serving server has already done.
  std::string side_log() const {
    std::ifstream in(config_.side_log_file(), std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + config_.side_log_file().string());
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    const SideLogContent content = value_or_throw(parse_side_log(text));
    return std::to_string(content.records.size()) + " records";
  }

  std::string database() {
    std::unique_ptr<Database> opened = open_database(config_);
    std::unique_ptr<Session> session = opened->connect(true, 0);
    const std::string found = config_.is_postgres() ? "ok" : integrity(*session);
    if (found != "ok") {
      throw std::runtime_error(found + "; restore a backup with muster-server restore");
    }
    const int version = check_version(*opened, *session);
    database_ = std::move(opened);
    session_ = std::move(session);
    return (config_.is_postgres() ? shown_connection(config_.database) : "whole") + ", version " +
           std::to_string(version);
  }

  static int check_version(Database& opened, Session& session) {
    const int version = schema_version(opened, session);
    const auto known = static_cast<int>(migrations().size());
    if (version == 0 || version > known) {
      throw std::runtime_error("version " + std::to_string(version) + " of the database; this " +
                               "program knows 1 to " + std::to_string(known));
    }
    return version;
  }

  std::string clock() const {
    const auto last = session_->find_integer("SELECT MAX(recorded_at) FROM revisions");
    if (last && *last > now_.ms) {
      throw std::runtime_error("this machine says " + to_rfc3339(now_) +
                               ", but the database has changes of " + to_rfc3339(Instant{*last}) +
                               ": set the clock. Where it had run ahead then and is right now, "
                               "new changes are dated as the last one until it is reached");
    }
    return to_rfc3339(now_);
  }

  void content() {
    try {
      session_->begin(false);
      const auto progress = [this](std::string_view section, std::size_t done, std::size_t all) {
        if (done > 0)
          context_.error << section << ": " << done << " of " << all << " machines\n" << std::flush;
      };
      for (const InvariantCheck& found : check_invariants(*session_, progress)) {
        tell(found.what, found.ok(),
             found.ok()
                 ? ""
                 : std::to_string(found.violations) + " violations, the first: " + found.first);
      }
      session_->commit();
    } catch (const std::exception& failure) {
      tell("content", false, failure.what());
    }
  }

  CommandContext& context_;
  const ServerConfig& config_;
  Instant now_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Session> session_;
  int failures_ = 0;
};

class DoctorCommand final : public Command {
 public:
  std::string_view name() const override { return "doctor"; }
  std::string_view summary() const override { return "Check an installation, changing nothing"; }
  void set_up(CLI::App&, ServerFlags&) override {}
  int run(CommandContext& context) override { return Examination(context).run(); }
};

}  // namespace

std::unique_ptr<Command> doctor_command() {
  return std::make_unique<DoctorCommand>();
}

}  // namespace muster::server
