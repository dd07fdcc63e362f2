// SPDX-License-Identifier: Apache-2.0
// muster-server doctor: looks at everything an installation stands on, says what it has looked at,
// and changes nothing; the server may be serving. Exit code 1 when anything is wrong.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <ostream>
#include <utility>
#include <vector>

#include "common/json/write.h"
#include "common/support/exception_text.h"
#include "common/support/file.h"
#include "common/support/text.h"
#include "server/ca/authority.h"
#include "server/ca/side_log.h"
#include "server/commands/commands.h"
#include "server/installation/check_invariants.h"
#include "server/installation/data_directory.h"
#include "server/installation/data_owner.h"
#include "server/installation/database_file.h"
#include "server/store/migrations.h"
#include "server/store/postgres.h"
#include "server/store/store.h"

namespace muster::server::commands {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLeastFreeBytes = 512ULL * 1024 * 1024;
constexpr std::uintmax_t kMebibyte = 1024ULL * 1024;

struct Check {
  std::string what;
  bool ok = false;
  std::string detail;
};

struct DoctorOptions {
  bool quiet = false;  // only what is wrong
  bool all = false;    // each check of the content, not their number
  bool json = false;
};

class Examination {
 public:
  Examination(CommandContext& context, const DoctorOptions& options)
      : context_(context), config_(context.config), options_(options), now_(context.clock.now()) {}

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
    if (options_.json) {
      write_json();
    } else {
      write_verdict();
    }
    return failures_ == 0 ? kSucceeded : kFailed;
  }

 private:
  void tell(std::string what, bool ok, const std::string& detail, bool is_content = false) {
    checks_.push_back({std::move(what), ok, printable(detail)});
    if (!ok) ++failures_;
    if (ok && is_content) ++content_ok_;
    if (ok && (options_.quiet || (is_content && !options_.all))) return;
    if (!options_.json) write(checks_.back());
  }
  void write(const Check& one) {
    context_.out << (one.ok ? "ok      " : "FAILED  ") << one.what
                 << (one.detail.empty() ? "" : ": ") << one.detail << "\n"
                 << std::flush;
  }
  // What failed stands together at the end, where it is looked for; with few lines it does anyway.
  void write_verdict() {
    if (failures_ == 0) {
      if (!options_.quiet) context_.out << "everything is well\n";
      return;
    }
    if (options_.all) {
      context_.out << "\n";
      for (const Check& one : checks_)
        if (!one.ok) write(one);
    }
    context_.out << failures_ << (failures_ == 1 ? " check FAILED" : " checks FAILED") << "\n";
  }
  void write_json() {
    JsonWriter json;
    json.begin_object().member("format", 1).member("ok", failures_ == 0);
    json.member("failed", failures_).key("checks").begin_array();
    for (const Check& one : checks_) {
      if (options_.quiet && one.ok) continue;
      json.begin_object().member("check", to_valid_text(one.what)).member("ok", one.ok);
      if (!one.detail.empty()) json.member("detail", to_valid_text(one.detail));
      json.end_object();
    }
    context_.out << std::move(json.end_array().end_object()).text() << "\n";
  }
  // `look` returns what it found, or throws what is wrong.
  template <class Look>
  void check(std::string_view what, Look look) {
    try {
      tell(std::string(what), true, look());
    } catch (const std::exception& failure) {
      tell(std::string(what), false, exception_text(failure));
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
    installation::check_owner(config_.data_directory);
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
    std::unique_ptr<store::Store> store;
    if (config_.is_postgres()) {
      store = std::make_unique<store::Store>(installation::open_database(config_),
                                             store::StoreOptions{.migrate = false}, context_.clock);
    }
    const ca::CertificateAuthority authority =
        value_or_throw(store == nullptr ? ca::CertificateAuthority::load(config_.authority_folder())
                                        : ca::CertificateAuthority::load(
                                              config_.authority_folder(),
                                              installation::authority_storage(config_, *store)));
    value_or_throw(authority.cacerts(now_));
    Instant until{0};
    for (const crypto::Certificate& one : authority.trusted(now_)) {
      until = std::max(until, one.fields().not_after);
    }
    return "until " + to_rfc3339(until);
  }

  std::string certificate(const fs::path& file) const {
    const auto chain =
        value_or_throw(crypto::certificates_from_pem(value_or_throw(read_file(file))));
    const crypto::CertificateFields& fields = chain.front().fields();
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
    const ca::SideLogContent content = value_or_throw(ca::parse_side_log(text));
    return std::to_string(content.records.size()) + " records";
  }

  std::string database() {
    std::unique_ptr<store::Database> opened = installation::open_database(config_);
    std::unique_ptr<store::Connection> connection = opened->connect(true, 0);
    const std::string found = config_.is_postgres() ? "ok" : installation::integrity(*connection);
    if (found != "ok") {
      throw std::runtime_error(found + "; restore a backup with muster-server restore");
    }
    const int version = check_version(*opened, *connection);
    database_ = std::move(opened);
    connection_ = std::move(connection);
    return (config_.is_postgres() ? store::shown_connection(config_.database) : "whole") +
           ", version " + std::to_string(version);
  }

  static int check_version(store::Database& opened, store::Transaction& transaction) {
    const int version = store::schema_version(opened, transaction);
    const auto known = static_cast<int>(store::migrations().size());
    if (version == 0 || version > known) {
      throw std::runtime_error("version " + std::to_string(version) + " of the database; this " +
                               "program knows 1 to " + std::to_string(known));
    }
    return version;
  }

  std::string clock() const {
    const auto last = connection_->find_integer("SELECT MAX(recorded_at) FROM revisions");
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
      connection_->begin(false);
      const auto progress = [this](std::string_view section, std::size_t done, std::size_t all) {
        if (done > 0 && !options_.quiet)
          context_.error << section << ": " << done << " of " << all << " machines\n" << std::flush;
      };
      for (const store::InvariantCheck& found :
           installation::check_invariants(*connection_, progress)) {
        const std::string detail = found.ok() ? ""
                                              : std::to_string(found.violations) +
                                                    " violations, the first: " + found.first;
        tell(found.what, found.ok(), detail, true);
      }
      connection_->commit();
    } catch (const std::exception& failure) {
      tell("content", false, exception_text(failure), true);
    }
    if (content_ok_ > 0 && !options_.all && !options_.quiet && !options_.json)
      write({"content", true, std::to_string(content_ok_) + " checks hold; --all lists them"});
  }

  CommandContext& context_;
  const installation::ServerConfig& config_;
  const DoctorOptions options_;
  Instant now_;
  std::unique_ptr<store::Database> database_;
  std::unique_ptr<store::Connection> connection_;
  std::vector<Check> checks_;
  int failures_ = 0;
  int content_ok_ = 0;
};

int examine(CommandContext& context) {
  const Invocation& invocation = context.invocation;
  return Examination(context, {.quiet = invocation.has("--quiet"),
                               .all = invocation.has("--all"),
                               .json = invocation.has("--json")})
      .run();
}

}  // namespace

Command doctor_command() {
  return {.spec = {"doctor",
                   "check an installation, changing nothing",
                   {},
                   {{"--quiet", "", "say only what is wrong"},
                    {"--all", "", "list each check of the content, not their number"},
                    {"--json", "", "as JSON, with every check"}},
                   {}},
          .run = examine,
          .needs_own_files = false};
}

}  // namespace muster::server::commands
