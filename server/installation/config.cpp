// SPDX-License-Identifier: Apache-2.0
#include "server/installation/config.h"

#include <algorithm>
#include <functional>

#include "common/support/file.h"
#include "common/support/text.h"
#include "server/http/address.h"
#include "server/store/postgres.h"

namespace muster::server::installation {
namespace {

constexpr const char* kConfigVariable = "MUSTER_SERVER_CONFIG";

Failure wrong(const Config& config, std::string_view key, const std::string& expected) {
  return {FailureKind::kMalformed,
          config.origin(kConfigSection, key) + ": " + std::string(key) + " must be " + expected};
}

// Reads settings one after the other and keeps the first failure.
class Reader {
 public:
  explicit Reader(const Config& config) : config_(config) {}

  const std::optional<Failure>& failure() const { return failure_; }
  bool is_set(std::string_view key) const {
    return !config_.text(kConfigSection, key).value_or("").empty();
  }
  void fail(std::string_view key, const std::string& expected) {
    if (!failure_) failure_ = wrong(config_, key, expected);
  }

  template <class T>
  void integer(std::string_view key, std::int64_t least, std::int64_t most, T& out) {
    const auto value = config_.integer(kConfigSection, key, least, most);
    if (!value && !failure_) failure_ = value.failure();
    if (value && *value) out = static_cast<T>(**value);
  }
  void boolean(std::string_view key, bool& out) {
    const auto value = config_.boolean(kConfigSection, key);
    if (!value && !failure_) failure_ = value.failure();
    if (value && *value) out = **value;
  }
  void text(std::string_view key, std::string& out) {
    if (const auto value = config_.text(kConfigSection, key)) out = *value;
  }
  void path(std::string_view key, std::filesystem::path& out) {
    const auto value = config_.text(kConfigSection, key);
    if (!value || value->empty()) return;
    if (value->front() != '/') return fail(key, "an absolute path");
    out = *value;
  }
  void url(std::string_view key, std::string& out) {
    text(key, out);
    while (out.ends_with('/'))
      out.pop_back();
    if (!out.empty() && (!out.starts_with("https://") || out.size() <= 8 ||
                         out.find_first_of(" \t?#\"<>", 8) != std::string::npos)) {
      fail(key, "a URL that begins with https://");
    }
  }
  void addresses(std::string_view key, std::vector<std::string>& out) {
    const auto value = config_.text(kConfigSection, key);
    if (!value || value->empty()) return;
    out.clear();
    for (const std::string_view part : split(*value, ','))
      out.emplace_back(trim(part));
    try {
      const http::AddressList checked(out);
    } catch (const std::exception&) {
      fail(key, "addresses or networks (192.0.2.0/24) with commas between");
    }
  }

 private:
  const Config& config_;
  std::optional<Failure> failure_;
};

void read_listener(Reader& reader, const std::string& name, ListenerConfig& out) {
  reader.text(name + "_address", out.address);
  if (!http::parse_address(out.address)) {
    reader.fail(name + "_address", "an IP address; 0.0.0.0 is every IPv4 address, :: every one");
  }
  reader.integer(name + "_port", 0, 65535, out.port);
  reader.url(name + "_url", out.url);
  reader.addresses(name + "_trusted_proxies", out.trusted_proxies);
  reader.integer(name + "_threads", 1, 10'000, out.threads);
  reader.integer(name + "_connections_per_address", 1, 10'000, out.connections_per_address);
}

void read_log_level(Reader& reader, LogLevel& out) {
  std::string level;
  reader.text("log_level", level);
  if (level.empty()) return;
  constexpr std::string_view kNames[] = {"debug", "info", "warning", "error"};
  const auto found = std::find(std::begin(kNames), std::end(kNames), level);
  if (found == std::end(kNames)) return reader.fail("log_level", "debug, info, warning or error");
  out = static_cast<LogLevel>(found - std::begin(kNames));
}

void read_database(Reader& reader, ServerConfig& out) {
  reader.text("database", out.database);
  if (out.database.empty()) out.database = "sqlite";
  std::filesystem::path password_file;
  reader.path("database_password_file", password_file);
  out.database_password_file = password_file.string();
  reader.boolean("database_accept_no_fsync", out.database_accept_no_fsync);
  if (!out.is_postgres()) return;
  // The text itself is not repeated: whoever got it wrong may have put a password into it.
  const std::string expected =
      "sqlite, or where PostgreSQL is: postgresql://USER@HOST/NAME or host=HOST dbname=NAME "
      "user=USER";
  if (!store::is_postgres_connection(out.database)) return reader.fail("database", expected);
  try {
    if (store::has_password(out.database)) {
      reader.fail("database", "without a password, which belongs into database_password_file");
    }
  } catch (const store::StoreError&) {
    reader.fail("database", expected);
  }
}

Result<ServerConfig> to_server_config(const Config& config) {
  ServerConfig out;
  out.people.port = 8443;
  out.agents.port = 8444;
  Reader reader(config);
  reader.path("data_directory", out.data_directory);
  reader.path("downloads_directory", out.downloads_directory);
  read_log_level(reader, out.log_level);
  read_listener(reader, "people", out.people);
  reader.text("people_certificate", out.people_certificate);
  reader.text("people_key", out.people_key);
  read_listener(reader, "agents", out.agents);
  reader.integer("agent_reports_per_minute", 0, 1'000'000, out.agent_reports_per_minute);
  reader.integer("agent_megabytes_per_minute", 1, 1'000'000, out.agent_megabytes_per_minute);
  reader.boolean("agents_proxy_protocol", out.agents_proxy_protocol);
  reader.integer("report_interval_s", 10, 86'400, out.report_interval_s);
  read_database(reader, out);
  reader.integer("store_readers", 1, 256, out.store_readers);
  reader.integer("read_limit_ms", 100, 600'000, out.read_limit_ms);
  reader.integer("stop_within_ms", 0, 600'000, out.stop_within_ms);
  if (reader.is_set("people_certificate") != reader.is_set("people_key")) {
    reader.fail(reader.is_set("people_key") ? "people_key" : "people_certificate",
                "set together: people_certificate and people_key");
  }
  if (out.agents_proxy_protocol && out.agents.trusted_proxies.empty()) {
    reader.fail("agents_proxy_protocol",
                "off unless agents_trusted_proxies lists the balancers: without the list anyone "
                "could claim any address");
  }
  if (reader.failure()) return *reader.failure();
  return out;
}

}  // namespace

const std::vector<SettingDescription>& setting_descriptions() {
  static const std::vector<SettingDescription> kSettings = {
      {"data_directory", "/var/lib/muster", "", "database, keys and side log; mode 0700"},
      {"downloads_directory", "", "", "files that /downloads offers; empty: DATA/downloads"},
      {"log_level", "info", "", "debug, info, warning or error"},
      {"people_address", "0.0.0.0", "", "where the API listens; :: for IPv6 too"},
      {"people_port", "8443", "", "their port; 0 takes any free one"},
      {"people_url", "", "", "how people reach it; empty: https://FIRST-PUBLIC-NAME:PORT"},
      {"people_trusted_proxies", "", "", "proxies whose X-Forwarded-For and -Proto are believed"},
      {"people_threads", "256", "", "connections worked on at once"},
      {"people_connections_per_address", "64", "",
       "connections of one address, IPv6 of a /64, beyond their hello; the next wait"},
      {"people_certificate", "", "", "an own certificate with its chain (PEM)"},
      {"people_key", "", "", "its key (PEM)"},
      {"agents_address", "0.0.0.0", "", "where agents report"},
      {"agents_port", "8444", "", "their port; 0 takes any free one"},
      {"agents_url", "", "", "how agents reach it; empty: https://FIRST-PUBLIC-NAME:PORT"},
      {"agents_trusted_proxies", "", "", "balancers whose PROXY headers are believed"},
      {"agents_threads", "256", "", "connections worked on at once"},
      {"agents_connections_per_address", "64", "",
       "connections of one address, IPv6 of a /64, beyond their hello; the next wait"},
      {"agent_reports_per_minute", "60", "",
       "what one agent may send; ten times that at once; 0 is no budget"},
      {"agent_megabytes_per_minute", "8", "MiB", "the same unpacked; 32 times that at once"},
      {"agents_proxy_protocol", "off", "", "each connection begins with a PROXY v2 header"},
      {"report_interval_s", "900", "s", "what agents are told to keep between reports"},
      {"database", "sqlite", "", "sqlite, or where PostgreSQL is: postgresql://USER@HOST/NAME"},
      {"database_password_file", "", "", "a file whose first line is its password; mode 0600"},
      {"database_accept_no_fsync", "off", "",
       "for tests only: also a PostgreSQL that loses what was acknowledged"},
      {"store_readers", "8", "", "database sessions for reading that are kept open"},
      {"read_limit_ms", "10000", "ms", "the longest that one reading statement may take"},
      {"stop_within_ms", "10000", "ms", "what requests in progress get when the server stops"},
  };
  return kSettings;
}

Result<ServerConfig> parse_config(std::string_view text, std::string_view file_name,
                                  const ServerFlags& flags, const Environment& environment) {
  std::vector<KnownSetting> known;
  for (const SettingDescription& setting : setting_descriptions()) {
    known.push_back({kConfigSection, setting.key});
  }
  const Result<Config> config = Config::parse(text, file_name, known, environment);
  if (!config) return config.failure();
  Result<ServerConfig> out = to_server_config(*config);
  if (!out) return out;
  std::error_code ignored;
  if (flags.data_directory) {
    if (flags.data_directory->empty()) {
      return Failure{FailureKind::kMalformed, "--data must name a directory"};
    }
    out->data_directory = std::filesystem::absolute(*flags.data_directory, ignored);
  }
  if (flags.people_port) out->people.port = static_cast<std::uint16_t>(*flags.people_port);
  if (flags.agents_port) out->agents.port = static_cast<std::uint16_t>(*flags.agents_port);
  if (flags.verbose) out->log_level = LogLevel::kDebug;
  if (out->downloads_directory.empty()) {
    out->downloads_directory = out->data_directory / "downloads";
  }
  return out;
}

Result<ServerConfig> load_config(const ServerFlags& flags, const Environment& environment) {
  const auto variable = environment ? environment(kConfigVariable) : std::nullopt;
  const bool named = flags.config_file || variable;
  const std::string file =
      flags.config_file.value_or(variable.value_or(std::string(kDefaultConfigFile)));
  const Result<std::string> text = read_file(file);
  if (!text && (named || text.failure().kind != FailureKind::kNotFound)) return text.failure();
  auto config = parse_config(text ? *text : std::string(), file, flags, environment);
  if (config && flags.config_file) config.value().config_file = *flags.config_file;
  return config;
}

}  // namespace muster::server::installation
